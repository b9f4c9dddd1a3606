package io.kubeqat.qat;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// A slice of a card that can be handed out: one VF, as it was when the node was read.
///
/// @param address its BDF
/// @param model the kind of card it belongs to
/// @param parent the PF it is a slice of; absent in a virtual machine, which sees the VF alone
/// @param index N of the PF's link `virtfnN`; absent where the parent is
/// @param driver the driver that holds it; absent where none does
/// @param driverOverride the only driver that may take it; absent where any may
/// @param iommuGroup what VFIO hands out; absent where neither an IOMMU nor VFIO's stand-in made a group
/// @param vfioDevice name of the VFIO character device, `vfio7` for `/dev/vfio/devices/vfio7`; present only on vfio-pci and a kernel that has them
/// @param numaNode the memory it is near to; absent where the kernel does not know (-1)
public record VirtualFunction(
        PciAddress address,
        QatModel model,
        Optional<PciAddress> parent,
        OptionalInt index,
        Optional<String> driver,
        Optional<String> driverOverride,
        Optional<IommuGroup> iommuGroup,
        Optional<String> vfioDevice,
        OptionalInt numaNode) {

    /// Checks the parts.
    ///
    /// @throws NullPointerException if a part is null; what is not there is empty
    public VirtualFunction {
        requireNonNull(address, "address is null");
        requireNonNull(model, "model is null");
        requireNonNull(parent, "parent is null");
        requireNonNull(index, "index is null");
        requireNonNull(driver, "driver is null");
        requireNonNull(driverOverride, "driverOverride is null");
        requireNonNull(iommuGroup, "iommuGroup is null");
        requireNonNull(vfioDevice, "vfioDevice is null");
        requireNonNull(numaNode, "numaNode is null");
    }

    /// Whether exactly this driver holds it.
    ///
    /// @param name as the directory below `/sys/bus/pci/drivers` is called
    /// @return false also where no driver holds it
    public boolean isBoundTo(String name) {
        return driver.filter(name::equals).isPresent();
    }
}
