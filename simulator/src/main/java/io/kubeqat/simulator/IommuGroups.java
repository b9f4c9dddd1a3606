package io.kubeqat.simulator;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// `kernel/iommu_groups`. A number is the lowest free one, so that groups are numbered anew when VFs come back (Linux `drivers/iommu/iommu.c`, an IDA).
final class IommuGroups {
    static final String ROOT = "kernel/iommu_groups";
    /// Linux `drivers/vfio/group.c`, `vfio_noiommu_group_alloc`.
    static final String NO_IOMMU_NAME = "vfio-noiommu";

    private final Tree tree;
    private final Map<Integer, Integer> members = new HashMap<>();

    IommuGroups(Tree tree) {
        this.tree = tree;
        tree.directory(ROOT);
    }

    /// Makes a group; only one made by VFIO has a name.
    int create(Optional<String> name) {
        int number = 0;
        while (members.containsKey(number)) {
            number++;
        }
        members.put(number, 0);
        Directory group = tree.directory(ROOT + "/" + number);
        group.addDirectory("devices");
        group.add("type", Attribute.constant(name.isPresent() ? "unknown\n" : "DMA-FQ\n"));
        group.add("reserved_regions", Attribute.constant("0x00000000fee00000 0x00000000feefffff msi\n"));
        name.ifPresent(text -> group.add("name", Attribute.constant(text + "\n")));
        return number;
    }

    void join(int number, PciDevice device) {
        members.merge(number, 1, Integer::sum);
        device.iommuGroup(Optional.of(number));
        tree.link(ROOT + "/" + number + "/devices/" + device.bdf(), device.path());
        tree.link(device.path() + "/iommu_group", ROOT + "/" + number);
    }

    /// Takes the device out; the group goes with its last device.
    void leave(PciDevice device) {
        device.iommuGroup().ifPresent(number -> {
            tree.remove(ROOT + "/" + number + "/devices/" + device.bdf());
            tree.remove(device.path() + "/iommu_group");
            device.iommuGroup(Optional.empty());
            if (members.merge(number, -1, Integer::sum) == 0) {
                members.remove(number);
                tree.remove(ROOT + "/" + number);
            }
        });
    }
}
