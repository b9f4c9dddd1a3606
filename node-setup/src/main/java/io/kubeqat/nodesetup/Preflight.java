package io.kubeqat.nodesetup;

import io.kubeqat.nodesetup.plan.SetupPlanner;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Looks, before anything is written, for what every card needs. All that is missing is reported together, each with the next step.
final class Preflight {
    private final Sysfs sysfs;

    Preflight(Sysfs sysfs) {
        this.sysfs = sysfs;
    }

    /// @param drivers the drivers that shall hold VFs
    /// @param targets the files that are to be written first, below the root; the others are in the same mount
    List<String> problems(Set<String> drivers, List<String> targets) {
        List<String> problems = new ArrayList<>();
        for (String driver : drivers.stream().sorted().toList()) {
            if (!sysfs.exists(QatPaths.driver(driver))) {
                problems.add("there is no " + sysfs.describe(QatPaths.driver(driver)) + "; load the driver on the node: modprobe " + driver
                        + ", and for every boot a line in /etc/modules-load.d");
            }
        }
        targets.stream().filter(target -> !sysfs.writable(target) && sysfs.exists(target)).findFirst().ifPresent(target ->
                problems.add(sysfs.describe(target) + " is not writable; mount /sys read-write into a privileged container that runs as root"));
        if (drivers.contains(SetupPlanner.VFIO) && !hasIommu()) {
            problems.add(sysfs.describe(QatPaths.IOMMU_GROUPS) + " has no groups, so VFIO cannot hand a device out; switch the IOMMU on in the firmware "
                    + "(VT-d) and on the kernel's command line (intel_iommu=on iommu=pt)");
        }
        return problems;
    }

    /// Whether `vfio-pci` takes devices that it knows to be defective.
    boolean denylistDisabled() {
        return isYes(QatPaths.VFIO_DENYLIST_DISABLED);
    }

    private boolean hasIommu() {
        boolean groups = sysfs.exists(QatPaths.IOMMU_GROUPS) && !sysfs.list(QatPaths.IOMMU_GROUPS).isEmpty();
        return groups || isYes(QatPaths.VFIO_NO_IOMMU);
    }

    private boolean isYes(String parameter) {
        try {
            return sysfs.read(parameter).strip().equals("Y");
        } catch (SysfsException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }
}
