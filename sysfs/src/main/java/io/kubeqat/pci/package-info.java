/// What the kernel calls a PCI device: its address, its vendor and device number, its IOMMU group.
///
/// Values only. Imports the JDK only, so that every other package can speak of devices without touching `/sys`.
package io.kubeqat.pci;
