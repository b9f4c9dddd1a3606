package io.kubeqat.testbed;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;

/// What a cluster is to be.
///
/// @param name clusters of different names run side by side
/// @param cards the simulator's scenario file; empty for a node that shows the host's real PCI devices
/// @param stateRoot the folder in which each cluster has a folder while it lives; on a disk, because overlayfs cannot lie on overlayfs
public record ClusterOptions(ClusterName name, Optional<Path> cards, Path stateRoot) {
    /// Where clusters have their folders if nobody says otherwise.
    public static final Path DEFAULT_STATE_ROOT = Path.of("/var/lib/kube-qat-testbed");

    /// Makes the paths absolute.
    public ClusterOptions {
        requireNonNull(name, "name is null");
        cards = cards.map(Path::toAbsolutePath);
        stateRoot = stateRoot.toAbsolutePath();
    }

    /// A cluster without simulated cards, in the default folder.
    ///
    /// @param name its name
    /// @return the options
    /// @throws IllegalArgumentException if that cannot be a name ([ClusterName])
    public static ClusterOptions named(String name) {
        return new ClusterOptions(ClusterName.parse(name), Optional.empty(), DEFAULT_STATE_ROOT);
    }

    /// The same with simulated cards.
    ///
    /// @param scenario the simulator's scenario file
    /// @return new options
    public ClusterOptions withCards(Path scenario) {
        return new ClusterOptions(name, Optional.of(scenario), stateRoot);
    }

    NodeState state() {
        return new NodeState(stateRoot.resolve(name.value()));
    }
}
