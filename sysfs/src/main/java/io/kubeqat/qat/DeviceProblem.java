package io.kubeqat.qat;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;

/// One device that could not be read, and why; the others are unharmed.
///
/// @param address the PF or VF; a PF takes its VFs with it, because without the PF nobody knows what they can do
/// @param message what could not be read or understood: path and value or errno
public record DeviceProblem(PciAddress address, String message) {

    /// Checks the parts.
    ///
    /// @throws NullPointerException if a part is null
    public DeviceProblem {
        requireNonNull(address, "address is null");
        requireNonNull(message, "message is null");
    }
}
