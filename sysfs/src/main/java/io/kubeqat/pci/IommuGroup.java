package io.kubeqat.pci;

/// The smallest set of devices that VFIO can hand out; one character device stands for all of them.
///
/// The number changes over a reboot, so whoever needs [#devicePath()] reads the group again first.
///
/// @param number the group's number under `/sys/kernel/iommu_groups`
/// @param noIommu whether VFIO made the group up because there is no IOMMU (the group's `name` is `vfio-noiommu`, Linux `drivers/vfio/group.c`)
public record IommuGroup(int number, boolean noIommu) {

    /// Checks the parts.
    ///
    /// @throws IllegalArgumentException for a negative number
    public IommuGroup {
        if (number < 0) {
            throw new IllegalArgumentException("no IOMMU group: " + number);
        }
    }

    /// By hand, as [#hashCode]: see [PciId#equals].
    @Override
    public boolean equals(Object other) {
        return other instanceof IommuGroup group && number == group.number && noIommu == group.noIommu;
    }

    @Override
    public int hashCode() {
        return 2 * number + (noIommu ? 1 : 0);
    }

    /// {@return the path of the group's character device on the node}
    public String devicePath() {
        return noIommu ? "/dev/vfio/noiommu-" + number : "/dev/vfio/" + number;
    }
}
