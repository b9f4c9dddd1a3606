package io.kubeqat.deviceplugin.inventory;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.sysfs.Halves;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Who is together in an IOMMU group. Asked until there is an answer, once for each group: the kernel puts a device into its group when it comes, and takes it out when it goes (Linux
/// `drivers/iommu/iommu.c`), and whoever holds this starts anew when devices come or go.
final class IommuGroups {
    /// A bridge in a group is not in the way: VFIO needs no hold of it (Linux `drivers/iommu/iommu.c`, `driver_managed_dma` of pcieport).
    private static final String BRIDGE_CLASS = "0x0604";

    private final Sysfs sysfs;
    private final Map<IommuGroup, Optional<String>> judged = new HashMap<>();
    private boolean complete = true;

    /// @param known whether the group could be read: what could not may be readable the next time
    private record Judgement(Optional<String> obstacle, boolean known) {}

    IommuGroups(Sysfs sysfs) {
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
    }

    /// Why groups of VFs cannot be handed out; without an entry nothing speaks against one.
    Map<IommuGroup, String> obstacles(QatTopology topology) {
        Set<IommuGroup> groups = topology.virtualFunctions().flatMap(vf -> vf.iommuGroup().stream()).collect(Collectors.toSet());
        Map<IommuGroup, String> obstacles = new HashMap<>();
        complete = true;
        if (!judged.keySet().containsAll(groups)) {
            Set<String> ours = topology.virtualFunctions().map(vf -> vf.address().toString()).collect(Collectors.toSet());
            List<IommuGroup> unknown = groups.stream().filter(group -> !judged.containsKey(group)).toList();
            List<Judgement> judgements = Halves.map(unknown, group -> judge(group, ours));
            for (int i = 0; i < unknown.size(); i++) {
                IommuGroup group = unknown.get(i);
                Judgement judgement = judgements.get(i);
                if (judgement.known()) {
                    judged.put(group, judgement.obstacle());
                } else {
                    complete = false;
                    judgement.obstacle().ifPresent(why -> obstacles.put(group, why));
                }
            }
        }
        groups.stream().filter(judged::containsKey).forEach(group -> judged.get(group).ifPresent(why -> obstacles.put(group, why)));
        return obstacles;
    }

    /// False where a group could not be read the last time: nothing but asking again tells whether it can be by now.
    boolean complete() {
        return complete;
    }

    private Judgement judge(IommuGroup group, Set<String> ours) {
        try {
            List<String> members = sysfs.list(QatPaths.IOMMU_GROUPS + "/" + group.number() + "/devices");
            return new Judgement(obstacle(group, members, ours, device -> sysfs.read(QatPaths.DEVICES + "/" + device + "/class").startsWith(BRIDGE_CLASS)), true);
        } catch (SysfsException e) {
            return new Judgement(Optional.of("who else is in IOMMU group " + group.number() + " is not known: " + e.getMessage()), false);
        }
    }

    /// VFIO gives a group to a pod only if all its devices are VFIO's; and whoever has the group reaches all its devices, so a stranger's must not be in it.
    static Optional<String> obstacle(IommuGroup group, List<String> members, Set<String> ours, Predicate<String> isBridge) {
        return members.stream()
                .filter(device -> !ours.contains(device) && !isBridge.test(device))
                .findFirst()
                .map(device -> "shares IOMMU group " + group.number() + " with " + device + ", which is no QAT VF");
    }
}
