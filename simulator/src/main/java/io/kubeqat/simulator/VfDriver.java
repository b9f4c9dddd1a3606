package io.kubeqat.simulator;

/// A kernel driver for VFs (`c6xxvf`, or `4xxxvf` of the out-of-tree stack) or a port driver: it holds the device and does nothing that `/sys` would show.
record VfDriver(String name, int vendor, int device) implements PciDriver {
    @Override
    public boolean knows(PciDevice other) {
        return other.vendor() == vendor && other.device() == device;
    }

    @Override
    public void probe(PciDevice other) {}

    @Override
    public void remove(PciDevice other) {}
}
