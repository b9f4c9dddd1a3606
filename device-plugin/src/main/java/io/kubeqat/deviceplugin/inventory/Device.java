package io.kubeqat.deviceplugin.inventory;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// One VF as the kubelet sees it.
///
/// @param address its BDF
/// @param id the BDF as text, which is what the kubelet calls it: stable over restarts of both, whose checkpoint refers to it. Kept, because each call of the
///     kubelet looks for ids, and writing a BDF a thousand times takes milliseconds.
/// @param pf the card it is a slice of; absent in a virtual machine
/// @param group what VFIO hands out for it; absent where there is none, and then the device is unhealthy
/// @param numaNode the memory it is near to; absent where the kernel does not know
/// @param health whether a new pod may have it
public record Device(
        PciAddress address, String id, Optional<PciAddress> pf, Optional<IommuGroup> group, OptionalInt numaNode, Health health) {

    /// Checks that a healthy device has an IOMMU group.
    ///
    /// @throws IllegalArgumentException where it has none
    public Device {
        requireNonNull(address, "address is null");
        requireNonNull(id, "id is null");
        requireNonNull(pf, "pf is null");
        requireNonNull(group, "group is null");
        requireNonNull(numaNode, "numaNode is null");
        requireNonNull(health, "health is null");
        if (health instanceof Health.Healthy && group.isEmpty()) {
            throw new IllegalArgumentException(address + " cannot be healthy without an IOMMU group");
        }
    }

    /// A device whose id is its address.
    ///
    /// @param address its BDF
    /// @param pf the card it is a slice of; absent in a virtual machine
    /// @param group what VFIO hands out for it; absent where there is none
    /// @param numaNode the memory it is near to; absent where the kernel does not know
    /// @param health whether a new pod may have it
    /// @throws IllegalArgumentException for a healthy device without a group
    public Device(PciAddress address, Optional<PciAddress> pf, Optional<IommuGroup> group, OptionalInt numaNode, Health health) {
        this(address, address.toString(), pf, group, numaNode, health);
    }

    /// {@return whether a new pod may have it}
    public boolean isHealthy() {
        return health instanceof Health.Healthy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Device device && address.equals(device.address) && health.equals(device.health) && pf.equals(device.pf) && group.equals(device.group)
                && numaNode.equals(device.numaNode);
    }

    @Override
    public int hashCode() {
        return address.hashCode();
    }

    Device with(Health other) {
        return new Device(address, id, pf, group, numaNode, other);
    }
}
