package io.kubeqat.simulator;

import io.kubeqat.pci.PciAddress;
import java.util.HashMap;
import java.util.Map;

/// Who has a VFIO device open. Unbinding such a device blocks until it is closed, and nothing interrupts that
/// (Linux `drivers/vfio/vfio_main.c`, `vfio_unregister_group_dev`).
final class Holders {
    private final Object monitor;
    private final Map<PciAddress, Integer> counts = new HashMap<>();

    /// @param monitor the lock every system call runs under; given up while one of them blocks
    Holders(Object monitor) {
        this.monitor = monitor;
    }

    void open(PciAddress bdf) {
        synchronized (monitor) {
            counts.merge(bdf, 1, Integer::sum);
        }
    }

    void close(PciAddress bdf) {
        synchronized (monitor) {
            counts.computeIfPresent(bdf, (_, count) -> count == 1 ? null : count - 1);
            monitor.notifyAll();
        }
    }

    void closeAll() {
        synchronized (monitor) {
            counts.clear();
            monitor.notifyAll();
        }
    }

    void awaitNone(PciAddress bdf) {
        boolean interrupted = false;
        synchronized (monitor) {
            while (counts.containsKey(bdf)) {
                try {
                    monitor.wait();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
