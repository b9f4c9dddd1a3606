package io.kubeqat.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Builds of a checkout that take long, each done once for the same inputs (`build/cached`).
public final class SlowBuilds {
    private final Path project;
    private final Progress progress;

    private SlowBuilds(Path project, Progress progress) {
        this.project = project;
        this.progress = requireNonNull(progress, "progress is null");
    }

    /// Those of the checkout in which this runs.
    ///
    /// @param progress hears of a build that is not in the cache
    /// @return the builds
    /// @throws TestbedException with [ExitCode#PREFLIGHT_FAILED] where no checkout is found
    public static SlowBuilds here(Progress progress) {
        return new SlowBuilds(project(), progress);
    }

    /// The folder with a build's result, built if the cache does not hold it.
    ///
    /// @param name what the result is called in the cache
    /// @param inputs files and folders that the result depends on, below the checkout
    /// @param recipe the command, below the checkout, and its arguments
    /// @return an existing folder, not to be written to
    /// @throws TestbedException if the build fails
    public Path result(String name, List<String> inputs, List<String> recipe) {
        List<String> command = new ArrayList<>(List.of("build/cached", name));
        inputs.forEach(input -> command.addAll(List.of("--input", input)));
        command.add("--");
        command.addAll(recipe);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(project.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            Thread errors = Thread.ofVirtual().name("build-" + name).start(() -> {
                try (BufferedReader lines = process.errorReader()) {
                    lines.lines().forEach(progress::step);
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
            throw new UncheckedIOException("cannot run " + project.resolve("build/cached"), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while building " + name, e);
        }
    }

    /// The checkout that holds the recipes: where this class was built, else the working directory and the folders above it.
    private static Path project() {
        try {
            Path code = Path.of(SlowBuilds.class.getProtectionDomain().getCodeSource().getLocation().toURI());
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
