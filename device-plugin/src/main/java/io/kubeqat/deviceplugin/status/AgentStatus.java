package io.kubeqat.deviceplugin.status;

import io.kubeqat.deviceplugin.inventory.CardHealth;
import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.deviceplugin.kubelet.ResourceFigures;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.PhysicalFunction;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The agent at one moment.
///
/// @param inventory what it offers
/// @param cards the cards of the node
/// @param health their health, by PF
/// @param resources what has become of each name at the kubelet
public record AgentStatus(
        Inventory inventory,
        List<PhysicalFunction> cards,
        SortedMap<PciAddress, CardHealth> health,
        SortedMap<ResourceName, ResourceFigures> resources) {

    /// Copies what it is given.
    public AgentStatus {
        cards = List.copyOf(cards);
        health = Collections.unmodifiableSortedMap(new TreeMap<>(health));
        resources = Collections.unmodifiableSortedMap(new TreeMap<>(resources));
    }

    /// The names that the kubelet does not know now; none where the node has nothing to offer.
    List<ResourceName> unregistered() {
        return inventory.resources().keySet().stream().filter(name -> !resources.containsKey(name) || !resources.get(name).registered()).toList();
    }
}
