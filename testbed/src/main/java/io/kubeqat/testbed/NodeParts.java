package io.kubeqat.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

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
    static NodeParts build(Path project, Consumer<String> progress) {
        Path cluster = project.resolve("testbed/cluster");
        return new NodeParts(
                cached(project, progress, "node-root", List.of(), project.resolve("testbed/node-root/build")),
                cached(project, progress, "kubernetes",
                        List.of(cluster.resolve("go.mod"), cluster.resolve("go.sum"), cluster.resolve("main.go")), cluster.resolve("build")));
    }

    private static Path cached(Path project, Consumer<String> progress, String name, List<Path> inputs, Path recipe) {
        List<String> command = new ArrayList<>(List.of(project.resolve("build/cached").toString(), name));
        inputs.forEach(input -> command.addAll(List.of("--input", input.toString())));
        command.addAll(List.of("--", recipe.toString()));
        try {
            Process process = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())).start();
            Thread errors = Thread.ofVirtual().name("build-" + name).start(() -> {
                try (BufferedReader lines = process.errorReader()) {
                    lines.lines().forEach(progress);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot read the progress of " + name, e);
                }
            });
            String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            int exitCode = process.waitFor();
            errors.join();
            if (exitCode != 0) {
                throw new TestbedException(exitCode == ExitCode.PREFLIGHT_FAILED.number() ? ExitCode.PREFLIGHT_FAILED : ExitCode.CLUSTER_FAILED,
                        "building " + name + " failed with exit code " + exitCode + "; the lines above say why");
            }
            return Path.of(output);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.getFirst(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while building " + name, e);
        }
    }

    /// The checkout that holds the recipes: where this class was built, else the working directory and the folders above it.
    static Path project() {
        try {
            Path code = Path.of(NodeParts.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            for (Path start : List.of(code, Path.of("").toAbsolutePath())) {
                for (Path folder = start; folder != null; folder = folder.getParent()) {
                    if (Files.isExecutable(folder.resolve("testbed/cluster/build")) && Files.isExecutable(folder.resolve("build/cached"))) {
                        return folder;
                    }
                }
            }
            throw new TestbedException(ExitCode.PREFLIGHT_FAILED,
                    "cannot find testbed/cluster/build above " + code + " nor above the working directory: run inside a checkout of kube-qat");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
