package io.kubeqat.deviceplugin.inventory;

import java.util.Optional;

/// Whether a device may be given to a new pod. Pods that run keep theirs either way (the kubelet evicts nobody for it).
public sealed interface Health {
    /// It may be given to a pod.
    Health HEALTHY = new Healthy();

    /// It may not.
    ///
    /// @param reason in words for an operator
    /// @return unhealthy for that reason
    /// @throws IllegalArgumentException for a reason without a word
    static Health unhealthy(String reason) {
        return new Unhealthy(reason);
    }

    /// {@return why not; absent where it may be given to a pod}
    Optional<String> reason();

    /// It may be given to a pod.
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

    /// It may not be given to a pod.
    ///
    /// @param why in words for an operator: the kubelet has no field for it, so it goes to the log and to `--list`
    record Unhealthy(String why) implements Health {
        /// Checks that there is a reason.
        ///
        /// @throws IllegalArgumentException for one without a word
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
