package io.kubeqat.simulator;

import io.kubeqat.pci.PciAddress;
import java.util.Optional;

/// One function on the bus. Not safe for use by several threads: [Simulator] holds the lock.
final class PciDevice {
    /// What does not change while the function exists.
    ///
    /// @param parentPath the directory in `devices/` that holds the function's own
    /// @param pciClass six hexadecimal digits, such as 0b4000
    /// @param numa -1 where the firmware does not say
    /// @param pf the function that this one is a VF of
    record Identity(PciAddress bdf, String parentPath, int vendor, int device, int pciClass, int numa, Optional<PciDevice> pf) {}

    private final Identity identity;
    private Optional<PciDriver> driver = Optional.empty();
    private Optional<String> driverOverride = Optional.empty();
    private Optional<Integer> iommuGroup = Optional.empty();

    PciDevice(Identity identity) {
        this.identity = identity;
    }

    PciAddress bdf() {
        return identity.bdf();
    }

    int vendor() {
        return identity.vendor();
    }

    int device() {
        return identity.device();
    }

    int numa() {
        return identity.numa();
    }

    int pciClass() {
        return identity.pciClass();
    }

    Optional<PciDevice> pf() {
        return identity.pf();
    }

    String parentPath() {
        return identity.parentPath();
    }

    String path() {
        return identity.parentPath() + "/" + identity.bdf();
    }

    Optional<PciDriver> driver() {
        return driver;
    }

    void driver(Optional<PciDriver> driver) {
        this.driver = driver;
    }

    Optional<String> driverOverride() {
        return driverOverride;
    }

    void driverOverride(Optional<String> driverOverride) {
        this.driverOverride = driverOverride;
    }

    Optional<Integer> iommuGroup() {
        return iommuGroup;
    }

    void iommuGroup(Optional<Integer> iommuGroup) {
        this.iommuGroup = iommuGroup;
    }

    String modalias() {
        return "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X"
                .formatted(vendor(), device(), vendor(), 0, pciClass() >> 16, (pciClass() >> 8) & 0xff, pciClass() & 0xff);
    }

    String uevent() {
        return driver.map(d -> "DRIVER=" + d.name() + "\n").orElse("")
                + "PCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:0000\nPCI_SLOT_NAME=%s\nMODALIAS=%s\n"
                        .formatted(pciClass(), vendor(), device(), vendor(), bdf(), modalias());
    }
}
