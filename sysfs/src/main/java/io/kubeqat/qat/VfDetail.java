package io.kubeqat.qat;

/// What can be left out of a reading of VFs, because a node has many of them and each costs a question to the kernel.
public enum VfDetail {
    /// The only driver that may take it.
    DRIVER_OVERRIDE,
    /// The name of its VFIO character device.
    VFIO_DEVICE,
    /// Whether VFIO made up its group because there is no IOMMU. Left out, groups count as real.
    NO_IOMMU
}
