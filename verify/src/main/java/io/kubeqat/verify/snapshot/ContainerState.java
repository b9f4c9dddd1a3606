package io.kubeqat.verify.snapshot;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.stream.Stream;

/// A container as the kubelet reports it.
///
/// @param ready whether its probe says so; of an init container, whether it has ended with 0
/// @param last how it ended the time before
public record ContainerState(String name, boolean ready, int restarts, Phase now, Optional<Phase.Ended> last) {
    public ContainerState {
        requireNonNull(name, "name is null");
        requireNonNull(now, "now is null");
        requireNonNull(last, "last is null");
    }

    public sealed interface Phase {
        /// @param reason a word of the kubelet, such as `ImagePullBackOff`
        record Waiting(String reason, String message) implements Phase {}

        record Running() implements Phase {}

        /// @param message what the container left for the kubelet, or the end of its log
        record Ended(int code, String reason, String message) implements Phase {}
    }

    /// The failure that it is in: an end with another code than 0, now or before the wait for its next start.
    public Optional<Phase.Ended> failure() {
        return ready
                ? Optional.empty()
                : Stream.concat(now instanceof Phase.Ended ended ? Stream.of(ended) : Stream.empty(), last.stream()).filter(end -> end.code() != 0).findFirst();
    }
}
