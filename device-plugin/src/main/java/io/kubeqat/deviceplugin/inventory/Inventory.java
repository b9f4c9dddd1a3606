package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.pci.PciAddress;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Everything the node offers at one moment.
///
/// @param resources the devices by the name they are offered under, in the order of their addresses
/// @param unnamed devices that look like QAT but have never been readable, with the reason: nobody knows what they can do, so they are offered under no name
public record Inventory(SortedMap<ResourceName, List<Device>> resources, SortedMap<PciAddress, String> unnamed) {
    /// Nothing: what was seen before the first look.
    public static final Inventory EMPTY = new Inventory(new TreeMap<>(), new TreeMap<>());

    /// Copies both maps.
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

    /// The same where some of what is healthy cannot be offered.
    ///
    /// @param withheld asked of each healthy device
    /// @param why the reason that such a device has in the answer
    /// @return this one where nothing is withheld
    public Inventory withhold(Predicate<Device> withheld, String why) {
        Predicate<Device> isWithheld = withheld.and(Device::isHealthy);
        if (resources.values().stream().flatMap(List::stream).noneMatch(isWithheld)) {
            return this;
        }
        Health unhealthy = Health.unhealthy(why);
        SortedMap<ResourceName, List<Device>> rest = new TreeMap<>();
        resources.forEach((name, devices) -> rest.put(name, devices.stream().map(device -> isWithheld.test(device) ? device.with(unhealthy) : device).toList()));
        return new Inventory(rest, unnamed);
    }

    /// What is offered under a name.
    ///
    /// @param resource the name
    /// @return its devices in the order of their addresses; none for a name that is not offered
    public List<Device> devices(ResourceName resource) {
        return resources.getOrDefault(resource, List.of());
    }
}
