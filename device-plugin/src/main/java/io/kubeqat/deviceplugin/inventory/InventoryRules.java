package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceProblem;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.qat.VirtualFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Decides what to offer, from what was read and what was offered before.
///
/// Three rules go beyond the moment. An id that was listed once stays listed: a kubelet that allocates an id which has just left the list ends with a
/// nil dereference (1.36, `pkg/kubelet/cm/devicemanager/manager.go:923`). A card that is down keeps its VFs under the name they had, so that no pod
/// waits for a name that went away for a minute. And a device that cannot be read harms nobody but itself.
final class InventoryRules {
    static final String VFIO_PCI = "vfio-pci";

    private final String prefix;
    private final Surroundings around;
    private final Inventory previous;
    private final Map<PciAddress, ResourceName> lastNames = new HashMap<>();
    private final Map<PciAddress, PhysicalFunction> pfs = new HashMap<>();
    private final Map<PciAddress, String> problems = new HashMap<>();
    private final SortedMap<ResourceName, SortedMap<PciAddress, Device>> found = new TreeMap<>();
    private final Map<PciAddress, ResourceName> names = new HashMap<>();
    private final Map<IommuGroup, PciAddress> carriers = new HashMap<>();

    private InventoryRules(String prefix, Surroundings around, Inventory previous) {
        this.prefix = prefix;
        this.around = around;
        this.previous = previous;
        previous.resources().forEach((name, devices) -> devices.stream()
                // A device that has moved is listed twice; its name is the one it was last usable under.
                .filter(device -> !(lastNames.containsKey(device.address()) && !device.isHealthy()))
                .forEach(device -> lastNames.put(device.address(), name)));
    }

    /// @param previous what was offered before; [Inventory#EMPTY] at the start
    static Inventory next(QatTopology topology, Surroundings around, String prefix, Inventory previous) {
        return new InventoryRules(prefix, around, previous).next(topology);
    }

    /// What is left when the node itself cannot be read: every device, none of them usable.
    static Inventory unreadable(Inventory previous, String why) {
        SortedMap<ResourceName, List<Device>> resources = new TreeMap<>();
        previous.resources().forEach((name, devices) -> resources.put(name, devices.stream().map(device -> device.with(Health.unhealthy(why))).toList()));
        return new Inventory(resources, previous.unnamed());
    }

    private Inventory next(QatTopology topology) {
        topology.problems().forEach(problem -> problems.put(problem.address(), problem.message()));
        topology.physicalFunctions().forEach(pf -> pfs.put(pf.address(), pf));
        for (PhysicalFunction pf : topology.physicalFunctions()) {
            pf.vfs().forEach(vf -> add(nameOf(pf, vf), vf, Optional.of(pf)));
        }
        topology.guestFunctions().forEach(vf -> add(new ResourceName(prefix, ServiceSet.GENERIC), vf, Optional.empty()));
        // Before what was never readable: a device that had a name stays as it was there.
        previous.resources().forEach((name, devices) -> devices.forEach(device -> keep(name, device)));
        topology.problems().forEach(this::addUnreadable);

        SortedMap<ResourceName, List<Device>> resources = new TreeMap<>();
        found.forEach((name, devices) -> resources.put(name, new ArrayList<>(devices.values())));
        SortedMap<PciAddress, String> unnamed = new TreeMap<>();
        problems.forEach((address, why) -> unnamed.put(address, why));
        around.parents().forEach((vf, pf) -> {
            if (problems.containsKey(pf)) {
                unnamed.putIfAbsent(vf, "its PF " + pf + " cannot be read: " + problems.get(pf));
            }
        });
        unnamed.keySet().removeIf(address -> names.containsKey(address) || lastNames.containsKey(address));
        return new Inventory(resources, unnamed);
    }

    private ResourceName nameOf(PhysicalFunction pf, VirtualFunction vf) {
        ResourceName now = new ResourceName(prefix, pf.resourceName());
        return isDown(pf) ? lastNames.getOrDefault(vf.address(), now) : now;
    }

    private void add(ResourceName name, VirtualFunction vf, Optional<PhysicalFunction> pf) {
        Health health = obstacle(vf, pf).map(Health::unhealthy).orElse(Health.HEALTHY);
        Device device = new Device(vf.address(), vf.parent(), vf.iommuGroup(), vf.numaNode(), health);
        found.computeIfAbsent(name, _ -> new TreeMap<>()).put(device.address(), device);
        names.put(device.address(), name);
    }

    /// A VF that has never been readable, of a card that is: everything but its own details is known of it.
    private void addUnreadable(DeviceProblem problem) {
        PciAddress address = problem.address();
        Optional.ofNullable(around.parents().get(address)).map(pfs::get).filter(_ -> !lastNames.containsKey(address)).ifPresent(pf -> {
            ResourceName name = new ResourceName(prefix, pf.resourceName());
            Device device = new Device(address, Optional.of(pf.address()), Optional.empty(), pf.numaNode(), Health.unhealthy(problem.message()));
            found.computeIfAbsent(name, _ -> new TreeMap<>()).put(address, device);
            names.put(address, name);
        });
    }

    private Optional<String> obstacle(VirtualFunction vf, Optional<PhysicalFunction> pf) {
        if (pf.filter(InventoryRules::isDown).isPresent()) {
            return Optional.of("its PF " + pf.get().address() + " is down");
        }
        Optional<PciAddress> sick = pf.map(PhysicalFunction::address).filter(around.cards()::containsKey);
        if (sick.isPresent()) {
            return sick.map(address -> "its PF " + address + " " + around.cards().get(address));
        }
        if (!vf.isBoundTo(VFIO_PCI)) {
            String denied = around.denylist() && vf.model().vfioDenylisted() ? ", which refuses a " + vf.model().name() + " unless loaded with disable_denylist=1" : "";
            return Optional.of(vf.driver().map(driver -> "bound to " + driver).orElse("bound to no driver") + " instead of " + VFIO_PCI + denied);
        }
        if (vf.iommuGroup().isEmpty()) {
            return Optional.of("in no IOMMU group; is the IOMMU on?");
        }
        IommuGroup group = vf.iommuGroup().get();
        if (around.groups().containsKey(group)) {
            return Optional.of(around.groups().get(group));
        }
        // VFIO hands out whole groups: whoever has one VF of it has them all, so the first one stands for the group.
        PciAddress carrier = carriers.computeIfAbsent(group, _ -> vf.address());
        if (!carrier.equals(vf.address())) {
            return Optional.of("shares IOMMU group " + group.number() + " with " + carrier + ", which is offered for both");
        }
        return around.nodes().obstacle(group);
    }

    /// Keeps a device that was offered under a name and is not any more.
    private void keep(ResourceName name, Device device) {
        found.computeIfAbsent(name, _ -> new TreeMap<>()).computeIfAbsent(device.address(), _ -> device.with(Health.unhealthy(absence(device))));
    }

    private String absence(Device device) {
        if (names.containsKey(device.address())) {
            return "moved to " + names.get(device.address());
        }
        if (problems.containsKey(device.address())) {
            return problems.get(device.address());
        }
        return device.pf().flatMap(this::absenceFromPf).orElse("vanished");
    }

    private Optional<String> absenceFromPf(PciAddress pf) {
        if (problems.containsKey(pf)) {
            return Optional.of("its PF cannot be read: " + problems.get(pf));
        }
        if (!pfs.containsKey(pf)) {
            return Optional.of("vanished with its PF " + pf);
        }
        return isDown(pfs.get(pf)) ? Optional.of("vanished: its PF " + pf + " is down") : Optional.empty();
    }

    private static boolean isDown(PhysicalFunction pf) {
        return pf.state().filter(DeviceState.DOWN::equals).isPresent();
    }
}
