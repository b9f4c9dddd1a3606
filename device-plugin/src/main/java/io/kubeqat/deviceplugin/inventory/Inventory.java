package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.pci.PciAddress;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Everything the node offers at one moment.
///
/// @param resources the devices by the name they are offered under, in the order of their addresses
/// @param unnamed devices that look like QAT but have never been readable, with the reason: nobody knows what they can do, so they are offered under no name
public record Inventory(SortedMap<ResourceName, List<Device>> resources, SortedMap<PciAddress, String> unnamed) {
    public static final Inventory EMPTY = new Inventory(new TreeMap<>(), new TreeMap<>());

    public Inventory {
        SortedMap<ResourceName, List<Device>> copy = new TreeMap<>();
        resources.forEach((name, devices) -> copy.put(name, List.copyOf(devices)));
        resources = Collections.unmodifiableSortedMap(copy);
        unnamed = Collections.unmodifiableSortedMap(new TreeMap<>(unnamed));
    }

    /// By hand, as [#hashCode]: see [io.kubeqat.pci.PciId#equals].
    @Override
    public boolean equals(Object other) {
        return other instanceof Inventory inventory && resources.equals(inventory.resources) && unnamed.equals(inventory.unnamed);
    }

    @Override
    public int hashCode() {
        return 31 * resources.hashCode() + unnamed.hashCode();
    }

    public List<Device> devices(ResourceName resource) {
        return resources.getOrDefault(resource, List.of());
    }
}
