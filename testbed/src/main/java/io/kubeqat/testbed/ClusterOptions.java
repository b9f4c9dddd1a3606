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
    public static final Path DEFAULT_STATE_ROOT = Path.of("/var/lib/kube-qat-testbed");

    public ClusterOptions {
        requireNonNull(name, "name is null");
        cards = cards.map(Path::toAbsolutePath);
        stateRoot = stateRoot.toAbsolutePath();
    }

    public static ClusterOptions named(String name) {
        return new ClusterOptions(ClusterName.parse(name), Optional.empty(), DEFAULT_STATE_ROOT);
    }

    public ClusterOptions withCards(Path scenario) {
        return new ClusterOptions(name, Optional.of(scenario), stateRoot);
    }

    NodeState state() {
        return new NodeState(stateRoot.resolve(name.value()));
    }
}
