package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The little from which it shows whether anything has changed on the node: reading each VF every second would cost a third of a core with 1,024 of them.
///
/// A VF comes and goes with its entry in the list of devices, is bound and unbound with one in the list of its driver, and its group with a VFIO device; a
/// card's own state is in three small files. That is all that changes on a device that stays.
///
/// Lists of names are one text each, a name a line: kept until the next look, a thousand strings would be 100 KiB.
///
/// @param devices the names of all PCI devices
/// @param bound the entries of the directory of `vfio-pci`
/// @param nodes the VFIO devices, or why they cannot be listed
/// @param cards what the cards say of themselves
/// @param sick what speaks against a card's VFs, by PF
record Glance(String devices, String bound, String nodes, List<String> cards, SortedMap<PciAddress, String> sick) {

    Glance {
        cards = List.copyOf(cards);
        sick = Collections.unmodifiableSortedMap(new TreeMap<>(sick));
    }

    /// By hand, as [#hashCode]: see [io.kubeqat.pci.PciId#equals].
    @Override
    public boolean equals(Object other) {
        return other instanceof Glance glance && devices.equals(glance.devices) && bound.equals(glance.bound) && nodes.equals(glance.nodes)
                && cards.equals(glance.cards) && sick.equals(glance.sick);
    }

    @Override
    public int hashCode() {
        return bound.hashCode();
    }

    /// @param topology the cards to look at; a card that is new shows in the list of devices
    static Glance at(Sysfs sysfs, VfioNodes nodes, QatTopology topology, Map<PciAddress, CardHealth> health) {
        List<String> cards = new ArrayList<>();
        for (PhysicalFunction pf : topology.physicalFunctions()) {
            PciAddress address = pf.address();
            cards.add(text(sysfs, QatPaths.numVfs(address)));
            if (pf.model().qatDirectory()) {
                cards.add(text(sysfs, QatPaths.state(address)));
                cards.add(text(sysfs, QatPaths.services(address)));
            }
        }
        SortedMap<PciAddress, String> sick = new TreeMap<>();
        health.forEach((pf, card) -> card.obstacle().ifPresent(why -> sick.put(pf, why)));
        String driver = QatPaths.driver(InventoryRules.VFIO_PCI);
        return new Glance(lines(sysfs.list(QatPaths.DEVICES)), sysfs.exists(driver) ? lines(sysfs.list(driver)) : "", nodes.problem().orElseGet(() -> lines(nodes.names())), cards, sick);
    }

    /// Which VFs have been bound or unbound since; absent where something else has changed that only a reading of everything can tell. Which VFIO devices there are, and
    /// how healthy the cards are, this knows itself.
    Optional<Set<PciAddress>> changedSince(Glance before) {
        if (!devices.equals(before.devices) || !cards.equals(before.cards)) {
            return Optional.empty();
        }
        Set<String> changed = bound.lines().collect(Collectors.toCollection(HashSet::new));
        before.bound.lines().forEach(name -> {
            if (!changed.remove(name)) {
                changed.add(name);
            }
        });
        try {
            return Optional.of(changed.stream().map(PciAddress::parse).collect(Collectors.toSet()));
        } catch (IllegalArgumentException _) {
            // The driver itself has come or gone, with its control files.
            return Optional.empty();
        }
    }

    private static String lines(Collection<String> names) {
        return names.stream().sorted().collect(Collectors.joining("\n"));
    }

    /// Trouble is a text as well: as long as it stays the same, nothing has changed.
    private static String text(Sysfs sysfs, String path) {
        try {
            return sysfs.read(path);
        } catch (SysfsException e) {
            return e.getMessage();
        }
    }
}
