package io.kubeqat.simulator;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.sysfs.Errno;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// `vfio-pci`: binds by override or by a dynamic ID only, and makes one device node for each group.
final class VfioPciDriver implements PciDriver {
    private static final Set<Integer> DENYLIST = denylist();

    private final Tree tree;
    private final IommuGroups groups;
    private final Holders holders;
    private final Scenario.Kernel kernel;
    private final Set<PciAddress> withoutIommu;
    private final List<VfioGroupListener> listeners = new ArrayList<>();
    private final Map<String, Integer> nodes = new HashMap<>();
    private final Map<PciAddress, Integer> numbers = new HashMap<>();

    /// @param withoutIommu PFs whose VFs get a group from VFIO itself (module parameter `enable_unsafe_noiommu_mode`)
    VfioPciDriver(Tree tree, IommuGroups groups, Holders holders, Scenario.Kernel kernel, Set<PciAddress> withoutIommu) {
        this.tree = tree;
        this.groups = groups;
        this.holders = holders;
        this.kernel = kernel;
        this.withoutIommu = withoutIommu;
    }

    private static Set<Integer> denylist() {
        Set<Integer> ids = new TreeSet<>();
        for (CardModel model : CardModel.values()) {
            if (model.denylisted()) {
                ids.add(model.pfId());
                ids.add(model.vfId());
            }
        }
        return Set.copyOf(ids);
    }

    /// From now on the listener hears of nodes; of those that exist, at once.
    void listen(VfioGroupListener listener) {
        listeners.add(listener);
        nodes.keySet().stream().sorted().forEach(listener::appeared);
    }

    @Override
    public String name() {
        return "vfio-pci";
    }

    /// Its table holds `override_only` entries (Linux `include/linux/pci.h`, PCI_DRIVER_OVERRIDE_DEVICE_VFIO), which match nothing by themselves.
    @Override
    public boolean knows(PciDevice device) {
        return false;
    }

    @Override
    public void probe(PciDevice device) {
        if (DENYLIST.contains(device.device()) && !kernel.disableDenylist()) {
            // vfio_pci.c, vfio_pci_probe: "... is in denylist, driver probing disallowed".
            throw new KernelError(Errno.EINVAL);
        }
        if (device.iommuGroup().isEmpty()) {
            if (!withoutIommu.contains(device.pf().orElse(device).bdf())) {
                // group.c, vfio_group_find_or_alloc: no IOMMU group, no device.
                throw new KernelError(Errno.EINVAL);
            }
            groups.join(groups.create(Optional.of(IommuGroups.NO_IOMMU_NAME)), device);
        }
        int number = 0;
        while (numbers.containsValue(number)) {
            number++;
        }
        numbers.put(device.bdf(), number);
        tree.directory(device.path() + "/vfio-dev/vfio" + number);
        String node = node(device);
        if (nodes.merge(node, 1, Integer::sum) == 1) {
            listeners.forEach(listener -> listener.appeared(node));
        }
    }

    @Override
    public void remove(PciDevice device) {
        holders.awaitNone(device.bdf());
        if (!numbers.containsKey(device.bdf())) {
            // Another write removed it while this one waited.
            return;
        }
        String node = node(device);
        if (nodes.merge(node, -1, Integer::sum) == 0) {
            nodes.remove(node);
            listeners.forEach(listener -> listener.vanished(node));
        }
        numbers.remove(device.bdf());
        tree.remove(device.path() + "/vfio-dev");
        if (isNoIommu(device)) {
            groups.leave(device);
        }
    }

    private boolean isNoIommu(PciDevice device) {
        return withoutIommu.contains(device.pf().orElse(device).bdf());
    }

    /// group.c, vfio_create_group: groups without an IOMMU say so in the node's name.
    private String node(PciDevice device) {
        return (isNoIommu(device) ? "noiommu-" : "") + device.iommuGroup().orElseThrow();
    }
}
