package io.kubeqat.simulator;

/// A driver in `bus/pci/drivers`.
interface PciDriver {
    String name();

    /// Whether the driver's own ID table has the device.
    boolean knows(PciDevice device);

    /// Takes the device over, or refuses with a [KernelError].
    void probe(PciDevice device);

    /// Lets the device go; may block, as the kernel does.
    void remove(PciDevice device);
}
