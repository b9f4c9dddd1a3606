package io.kubeqat.deviceplugin.inventory;

import java.util.Optional;

/// Whether a device may be given to a new pod. Pods that run keep theirs either way (the kubelet evicts nobody for it).
public sealed interface Health {
    Health HEALTHY = new Healthy();

    static Health unhealthy(String reason) {
        return new Unhealthy(reason);
    }

    /// Why not; absent where it may be given to a pod.
    Optional<String> reason();

    record Healthy() implements Health {
        @Override
        public Optional<String> reason() {
            return Optional.empty();
        }

        /// By hand, as for [Unhealthy] and [Device]: see [io.kubeqat.pci.PciId#equals].
        @Override
        public boolean equals(Object other) {
            return other instanceof Healthy;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    /// @param why in words for an operator: the kubelet has no field for it, so it goes to the log and to `--list`
    record Unhealthy(String why) implements Health {
        public Unhealthy {
            if (why.isBlank()) {
                throw new IllegalArgumentException("an unhealthy device needs a reason");
            }
        }

        @Override
        public Optional<String> reason() {
            return Optional.of(why);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Unhealthy unhealthy && why.equals(unhealthy.why);
        }

        @Override
        public int hashCode() {
            return why.hashCode();
        }
    }
}
