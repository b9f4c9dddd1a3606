package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceProblem;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.qat.VirtualFunction;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What decides on a VF besides the VF and its card.
///
/// @param nodes the VFIO devices
/// @param cards why a card's VFs should go to no pod, by PF; without an entry nothing speaks against them
/// @param groups why an IOMMU group cannot be handed out, by group
/// @param denylist whether `vfio-pci` refuses the models on its denylist
/// @param parents the PFs of VFs that could not be read themselves, or whose PF could not
record Surroundings(VfioNodes nodes, Map<PciAddress, String> cards, Map<IommuGroup, String> groups, boolean denylist, Map<PciAddress, PciAddress> parents) {
    /// A bridge in a group is not in the way: VFIO needs no hold of it (Linux `drivers/iommu/iommu.c`, `driver_managed_dma` of pcieport).
    private static final String BRIDGE_CLASS = "0x0604";

    Surroundings {
        cards = Map.copyOf(cards);
        groups = Map.copyOf(groups);
        parents = Map.copyOf(parents);
    }

    static Surroundings read(Sysfs sysfs, QatTopology topology, VfioNodes nodes, Map<PciAddress, CardHealth> health) {
        Map<PciAddress, String> cards = new HashMap<>();
        health.forEach((pf, card) -> card.obstacle().ifPresent(why -> cards.put(pf, why)));
        return new Surroundings(nodes, cards, groups(sysfs, topology), denylist(sysfs), parents(sysfs, topology.problems()));
    }

    /// What cannot be read is no reason to blame the denylist.
    private static boolean denylist(Sysfs sysfs) {
        try {
            return sysfs.read(QatPaths.VFIO_DENYLIST_DISABLED).strip().equals("N");
        } catch (SysfsException _) {
            return false;
        }
    }

    private static Map<IommuGroup, String> groups(Sysfs sysfs, QatTopology topology) {
        Set<String> ours = topology.virtualFunctions().map(vf -> vf.address().toString()).collect(Collectors.toSet());
        Set<IommuGroup> all = topology.virtualFunctions().map(VirtualFunction::iommuGroup).flatMap(Optional::stream).collect(Collectors.toSet());
        Map<IommuGroup, String> obstacles = new HashMap<>();
        for (IommuGroup group : all) {
            try {
                List<String> members = sysfs.list(QatPaths.IOMMU_GROUPS + "/" + group.number() + "/devices");
                obstacle(group, members, ours, device -> sysfs.read(QatPaths.DEVICES + "/" + device + "/class").startsWith(BRIDGE_CLASS))
                        .ifPresent(why -> obstacles.put(group, why));
            } catch (SysfsException e) {
                obstacles.put(group, "who else is in IOMMU group " + group.number() + " is not known: " + e.getMessage());
            }
        }
        return obstacles;
    }

    /// VFIO gives a group to a pod only if all its devices are VFIO's; and whoever has the group reaches all its devices, so a stranger's must not be in it.
    static Optional<String> obstacle(IommuGroup group, List<String> members, Set<String> ours, Predicate<String> isBridge) {
        return members.stream()
                .filter(device -> !ours.contains(device) && !isBridge.test(device))
                .findFirst()
                .map(device -> "shares IOMMU group " + group.number() + " with " + device + ", which is no QAT VF");
    }

    /// The links between VF and PF can be followed where nothing else can be read. A link that cannot either leaves its device as it is: not offered, with the
    /// reason that was found first.
    private static Map<PciAddress, PciAddress> parents(Sysfs sysfs, List<DeviceProblem> problems) {
        Map<PciAddress, PciAddress> parents = new HashMap<>();
        for (DeviceProblem problem : problems) {
            String device = QatPaths.device(problem.address());
            try {
                target(sysfs, device + "/physfn").ifPresent(pf -> parents.put(problem.address(), pf));
                for (String name : sysfs.list(device)) {
                    if (name.startsWith("virtfn")) {
                        target(sysfs, device + "/" + name).ifPresent(vf -> parents.put(vf, problem.address()));
                    }
                }
            } catch (SysfsException _) {
                continue;
            }
        }
        return parents;
    }

    private static Optional<PciAddress> target(Sysfs sysfs, String link) {
        return sysfs.link(link).map(target -> PciAddress.parse(target.substring(target.lastIndexOf('/') + 1)));
    }
}
