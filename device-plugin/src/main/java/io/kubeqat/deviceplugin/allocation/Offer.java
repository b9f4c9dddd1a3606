package io.kubeqat.deviceplugin.allocation;

import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.pci.PciAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// The devices of one resource name at one moment, laid out for the kubelet's calls: made at each change of them, so that a call costs what it asks for and not what the node has.
///
/// Devices are known by their positions, from 0 in the order of their addresses; so are their cards and memories, each by a number.
public final class Offer {
    /// The position of an id that is not offered.
    static final int NOWHERE = -1;
    /// The number of the memory where the kernel does not know it.
    static final int UNKNOWN_MEMORY = 0;

    private final List<Device> devices;
    private final Map<String, Integer> positions;
    private final int[] cardOf;
    private final int[] memoryOf;
    private final int cards;
    private final int memories;

    /// Lays devices out.
    ///
    /// @param devices those of one name, in any order
    public Offer(Collection<Device> devices) {
        this.devices = devices.stream().sorted((one, other) -> one.address().compareTo(other.address())).toList();
        this.cardOf = new int[devices.size()];
        this.memoryOf = new int[devices.size()];
        Map<String, Integer> ids = new HashMap<>();
        Map<PciAddress, Integer> pfs = new HashMap<>();
        Map<OptionalInt, Integer> nodes = new HashMap<>(Map.of(OptionalInt.empty(), UNKNOWN_MEMORY));
        for (Device device : this.devices) {
            int position = number(ids, device.id());
            // In a virtual machine, where the card is not seen, each VF counts as one.
            cardOf[position] = number(pfs, device.pf().orElse(device.address()));
            memoryOf[position] = number(nodes, device.numaNode());
        }
        this.positions = Map.copyOf(ids);
        this.cards = pfs.size();
        this.memories = nodes.size();
    }

    private static <T> int number(Map<T, Integer> known, T item) {
        return known.computeIfAbsent(item, _ -> known.size());
    }

    /// {@return the devices in the order of their addresses}
    public List<Device> devices() {
        return devices;
    }

    int position(String id) {
        return positions.getOrDefault(id, NOWHERE);
    }

    Device device(int position) {
        return devices.get(position);
    }

    int cards() {
        return cards;
    }

    int cardOf(int position) {
        return cardOf[position];
    }

    int memories() {
        return memories;
    }

    int memoryOf(int position) {
        return memoryOf[position];
    }
}
