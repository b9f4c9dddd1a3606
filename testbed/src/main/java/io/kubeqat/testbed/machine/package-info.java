/// A virtual machine with a real kernel, run by QEMU without hardware support, on which SR-IOV, IOMMU groups and VFIO are the kernel's own.
///
/// [Machine] is the way in. What it is made of is in `testbed/machine`. May import the testbed's own package; nothing that ships may import it.
package io.kubeqat.testbed.machine;
