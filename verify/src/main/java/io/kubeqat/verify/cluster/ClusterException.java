package io.kubeqat.verify.cluster;

/// The cluster cannot be looked at at all. The message says what, where, why and what to do.
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
