/// The kernel bench: the agents' images on a real kernel's SR-IOV, IOMMU groups and VFIO, and a VF handed into a virtual machine with our guest kernel.
package io.kubeqat.e2e.kernel;
