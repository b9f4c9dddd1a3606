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
    private final VfioNodes nodes;
    private final Inventory previous;
    private final Map<PciAddress, ResourceName> lastNames = new HashMap<>();
    private final Map<PciAddress, PhysicalFunction> pfs = new HashMap<>();
    private final Map<PciAddress, String> problems = new HashMap<>();
    private final SortedMap<ResourceName, SortedMap<PciAddress, Device>> found = new TreeMap<>();
    private final Map<PciAddress, ResourceName> names = new HashMap<>();
    private final Map<IommuGroup, PciAddress> carriers = new HashMap<>();

    private InventoryRules(String prefix, VfioNodes nodes, Inventory previous) {
        this.prefix = prefix;
        this.nodes = nodes;
        this.previous = previous;
        previous.resources().forEach((name, devices) -> devices.stream()
                // A device that has moved is listed twice; its name is the one it was last usable under.
                .filter(device -> !(lastNames.containsKey(device.address()) && !device.isHealthy()))
                .forEach(device -> lastNames.put(device.address(), name)));
    }

    /// @param previous what was offered before; [Inventory#EMPTY] at the start
    static Inventory next(QatTopology topology, VfioNodes nodes, String prefix, Inventory previous) {
        return new InventoryRules(prefix, nodes, previous).next(topology);
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
        previous.resources().forEach((name, devices) -> devices.forEach(device -> keep(name, device)));

        SortedMap<ResourceName, List<Device>> resources = new TreeMap<>();
        found.forEach((name, devices) -> resources.put(name, new ArrayList<>(devices.values())));
        SortedMap<PciAddress, String> unnamed = new TreeMap<>();
        topology.problems().stream()
                .map(DeviceProblem::address)
                .filter(address -> !lastNames.containsKey(address))
                .forEach(address -> unnamed.put(address, problems.get(address)));
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

    private Optional<String> obstacle(VirtualFunction vf, Optional<PhysicalFunction> pf) {
        if (pf.filter(InventoryRules::isDown).isPresent()) {
            return Optional.of("its PF " + pf.get().address() + " is down");
        }
        if (!vf.isBoundTo(VFIO_PCI)) {
            return Optional.of(vf.driver().map(driver -> "bound to " + driver).orElse("bound to no driver") + " instead of " + VFIO_PCI);
        }
        if (vf.iommuGroup().isEmpty()) {
            return Optional.of("in no IOMMU group; is the IOMMU on?");
        }
        IommuGroup group = vf.iommuGroup().get();
        // VFIO hands out whole groups: whoever has one VF of it has them all, so the first one stands for the group.
        PciAddress carrier = carriers.computeIfAbsent(group, _ -> vf.address());
        if (!carrier.equals(vf.address())) {
            return Optional.of("shares IOMMU group " + group.number() + " with " + carrier + ", which is offered for both");
        }
        return nodes.obstacle(group);
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
