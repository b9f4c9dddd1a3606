package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceProblem;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What decides on a VF besides the VF and its card.
///
/// @param nodes the VFIO devices
/// @param cards why a card's VFs should go to no pod, by PF; without an entry nothing speaks against them
/// @param groups why an IOMMU group cannot be handed out, by group
/// @param denylist whether `vfio-pci` refuses the models on its denylist
/// @param parents the PFs of VFs that could not be read themselves, or whose PF could not
record Surroundings(VfioNodes nodes, Map<PciAddress, String> cards, Map<IommuGroup, String> groups, boolean denylist, Map<PciAddress, PciAddress> parents) {
    Surroundings {
        cards = Map.copyOf(cards);
        groups = Map.copyOf(groups);
        parents = Map.copyOf(parents);
    }

    static Surroundings read(Sysfs sysfs, QatTopology topology, IommuGroups groups, VfioNodes nodes, Map<PciAddress, CardHealth> health) {
        Map<PciAddress, String> cards = new HashMap<>();
        health.forEach((pf, card) -> card.obstacle().ifPresent(why -> cards.put(pf, why)));
        return new Surroundings(nodes, cards, groups.obstacles(topology), denylist(sysfs), parents(sysfs, topology.problems()));
    }

    /// What cannot be read is no reason to blame the denylist.
    private static boolean denylist(Sysfs sysfs) {
        try {
            return sysfs.read(QatPaths.VFIO_DENYLIST_DISABLED).strip().equals("N");
        } catch (SysfsException _) {
            return false;
        }
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
