/// What a node has of QAT: cards, their services and virtual functions, read in one go as immutable values.
///
/// May import `io.kubeqat.pci` and `io.kubeqat.sysfs`. The only package that knows the paths of PCI, IOMMU and QAT below `/sys`. Sources: Linux
/// `Documentation/ABI/testing/sysfs-driver-qat`, `debugfs-driver-qat`, `sysfs-bus-pci`.
package io.kubeqat.qat;
