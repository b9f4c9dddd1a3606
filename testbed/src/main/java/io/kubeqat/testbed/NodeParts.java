package io.kubeqat.testbed;

import java.nio.file.Path;
import java.util.List;

/// What a node is made of, built once and shared by all clusters: a Debian root, and the Kubernetes programs.
///
/// @param nodeRoot the folder made by `node-root/build`
/// @param kubernetes the folder made by `cluster/build`
record NodeParts(Path nodeRoot, Path kubernetes) {
    Path root() {
        return nodeRoot.resolve("root");
    }

    Path images() {
        return nodeRoot.resolve("busybox.tar");
    }

    /// Builds what the cache of slow builds does not hold.
    static NodeParts build(SlowBuilds builds) {
        return new NodeParts(
                builds.result("node-root", List.of(), List.of("testbed/node-root/build")),
                builds.result(
                        "kubernetes", List.of("testbed/cluster/go.mod", "testbed/cluster/go.sum", "testbed/cluster/main.go"), List.of("testbed/cluster/build")));
    }
}
