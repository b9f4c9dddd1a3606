package io.kubeqat.nodesetup.plan;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import java.util.Optional;

/// Somebody who has a VF's VFIO device open, as a pod does: to take the VF away now would take it from under its user, or wait for it without end.
///
/// @param vf the VF
/// @param device the device node that is open, as its user sees it
/// @param process who it is; absent where the kernel says that somebody is there and `/proc` does not show who
public record Holder(PciAddress vf, String device, Optional<Process> process) {

    /// A process that is seen in `/proc`.
    ///
    /// @param pid its number, in the process namespace of the `/proc` that was looked into
    /// @param name the kernel's short name of it (`/proc/PID/comm`)
    public record Process(long pid, String name) {
        @Override
        public String toString() {
            return name + " (pid " + pid + ")";
        }
    }

    /// Checks the parts.
    public Holder {
        requireNonNull(vf, "vf is null");
        requireNonNull(device, "device is null");
        requireNonNull(process, "process is null");
    }

    @Override
    public String toString() {
        return process.map(Process::toString).orElse("a process that /proc does not show") + " uses " + vf + " through " + device;
    }
}
