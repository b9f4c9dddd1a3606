package io.kubeqat.qat;

import io.kubeqat.pci.PciAddress;

/// Where the kernel keeps what below `/sys`; paths as [io.kubeqat.sysfs.Sysfs] wants them.
public final class QatPaths {
    /// Has a link for each PCI device, called by its address.
    public static final String DEVICES = "bus/pci/devices";
    /// Has a directory for each driver that is loaded.
    public static final String DRIVERS = "bus/pci/drivers";
    /// Has a directory for each IOMMU group, called by its number; empty while the IOMMU is off.
    public static final String IOMMU_GROUPS = "kernel/iommu_groups";

    /// `Y` where `vfio-pci` was loaded with `disable_denylist=1`; absent while it is not loaded.
    public static final String VFIO_DENYLIST_DISABLED = "module/vfio_pci/parameters/disable_denylist";
    /// `Y` where VFIO makes groups up without an IOMMU; absent while it is not loaded or was built without.
    public static final String VFIO_NO_IOMMU = "module/vfio/parameters/enable_unsafe_noiommu_mode";

    private QatPaths() {}

    /// A device's directory.
    ///
    /// @param address its address
    /// @return a path; nothing may be there
    public static String device(PciAddress address) {
        return DEVICES + "/" + address;
    }

    /// Read-write on the PF: `up`, `down` (Linux `Documentation/ABI/testing/sysfs-driver-qat`).
    ///
    /// @param pf the card's address
    /// @return the path of the file; gen2 has none
    public static String state(PciAddress pf) {
        return device(pf) + "/qat/state";
    }

    /// Read-write on the PF; written only while down.
    ///
    /// @param pf the card's address
    /// @return the path of the file; gen2 has none
    public static String services(PciAddress pf) {
        return device(pf) + "/qat/cfg_services";
    }

    /// Read-write on the PF: how many VFs there are (Linux `Documentation/ABI/testing/sysfs-bus-pci`).
    ///
    /// @param pf the card's address
    /// @return the path of the file
    public static String numVfs(PciAddress pf) {
        return device(pf) + "/sriov_numvfs";
    }

    /// Link from a device to its driver; absent while unbound.
    ///
    /// @param address the device's address
    /// @return the path of the link
    public static String boundDriver(PciAddress address) {
        return device(address) + "/driver";
    }

    /// Read-write: the only driver that may take the device; `(null)` where any may.
    ///
    /// @param address the device's address
    /// @return the path of the file
    public static String driverOverride(PciAddress address) {
        return device(address) + "/driver_override";
    }

    /// A driver's directory; absent while it is not loaded.
    ///
    /// @param name the driver's name, such as `vfio-pci`
    /// @return the path of the directory
    public static String driver(String name) {
        return DRIVERS + "/" + name;
    }

    /// Write-only: takes the address of the device that the driver shall take.
    ///
    /// @param driver the driver's name
    /// @return the path of the file
    public static String bind(String driver) {
        return driver(driver) + "/bind";
    }

    /// Write-only: takes the address of the device that the driver shall let go; blocks while a VFIO device is open.
    ///
    /// @param driver the driver's name
    /// @return the path of the file
    public static String unbind(String driver) {
        return driver(driver) + "/unbind";
    }

    /// The PF's directory in debugfs. It lies flat below the mount, however deep the PF sits behind bridges.
    ///
    /// @param pf the card
    /// @return the path of the directory; absent while the card is down, and without debugfs
    public static String debugfs(PhysicalFunction pf) {
        return "kernel/debug/qat_" + pf.model().pfDriver() + "_" + pf.address();
    }
}
