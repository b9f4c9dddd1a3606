package io.kubeqat.deviceplugin.allocation;

import static java.util.Objects.requireNonNull;

/// A container cannot have what it was promised. The kubelet fails the pod for good over it, so the message has to tell its owner what to do.
public final class AllocationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Why not.
    public enum Cause {
        /// The id was never offered.
        UNKNOWN_DEVICE,
        /// The device has become unusable since the kubelet chose it.
        UNHEALTHY_DEVICE
    }

    private final Cause reason;

    AllocationException(Cause reason, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason is null");
    }

    /// {@return why not}
    public Cause reason() {
        return reason;
    }
}
