package io.kubeqat.deviceplugin.inventory;

/// Whether a device may be given to a new pod. Pods that run keep theirs either way (the kubelet evicts nobody for it).
public sealed interface Health {
    Health HEALTHY = new Healthy();

    static Health unhealthy(String reason) {
        return new Unhealthy(reason);
    }

    record Healthy() implements Health {}

    /// @param reason why, in words for an operator: the kubelet has no field for it, so it goes to the log and to `--list`
    record Unhealthy(String reason) implements Health {
        public Unhealthy {
            if (reason.isBlank()) {
                throw new IllegalArgumentException("an unhealthy device needs a reason");
            }
        }
    }
}
