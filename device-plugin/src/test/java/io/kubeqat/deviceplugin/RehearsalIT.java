package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.deviceplugin.kubelet.Rehearsal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The rehearsal by itself, and as the command begins it.
@ExtendWith(LeavesNoTrace.class)
class RehearsalIT {
    private static final String NOT_REHEARSED = "WARN  not rehearsed";

    @TempDir
    Path directory;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final PrintStream logStream = new PrintStream(log, true, StandardCharsets.UTF_8);
    private Path plugins;

    @BeforeEach
    void makeDirectory() throws IOException {
        // Short, because the path of a socket has 108 bytes at most.
        plugins = Files.createDirectory(directory.resolve("p"));
    }

    @Test
    void playsAllCallsAndLeavesNoSocket() throws Exception {
        LogHandler.install(logStream, Level.FINE);

        try (Rehearsal _ = Rehearsal.begin(plugins)) {
            await("rehearsal", () -> log().contains("DEBUG rehearsed calls=6\n"));
        }

        assertThat(names(plugins)).isEmpty();
        assertThat(log()).doesNotContain("WARN");
    }

    @Test
    void leavesNoSocketWhereItIsEndedInTheMiddle() throws Exception {
        LogHandler.install(logStream, Level.FINE);

        try (Rehearsal _ = Rehearsal.begin(plugins)) {
            await("socket, or all of it", () -> !names(plugins).isEmpty() || log().contains("rehearsed"));
        }

        assertThat(names(plugins)).isEmpty();
        assertThat(log()).doesNotContain("WARN");
    }

    @Test
    void doesNotBeginWhereTheNodeCannotBeRead() throws Exception {
        assertThat(run("--sysfs", directory + "/none", "--kubelet-dir", plugins.toString())).isEqualTo(ExitCode.PREFLIGHT_FAILED);
        assertThat(rehearses()).isFalse();

        NodeTree node = new NodeTree(directory);
        assertThat(run("--sysfs", node.sysfs().toString(), "--kubelet-dir", plugins.toString(), "--models", directory + "/none")).isEqualTo(ExitCode.BAD_CONFIGURATION);
        assertThat(rehearses()).isFalse();
        assertThat(names(plugins)).isEmpty();
    }

    @Test
    void failureIsSaidOnceAndDoesNotStopTheAgent() throws Exception {
        NodeTree node = new NodeTree(directory).card("4b", "sym;asym", 0, 1);
        // No socket has a path that long; a lock may, and the agent's own sockets are elsewhere.
        Path tooLong = Files.createDirectory(directory.resolve("l".repeat(108)));
        Path registry = Files.createDirectory(directory.resolve("r"));
        Thread agent = Thread.ofPlatform().name("agent").start(() -> run(
                "--sysfs", node.sysfs().toString(), "--dev", node.dev().toString(), "--kubelet-dir", tooLong.toString(), "--plugins-registry", registry.toString(),
                "--http-port", "0"));
        try {
            await("warning", () -> log().contains(NOT_REHEARSED));
            await("socket of the agent", () -> names(registry).size() == 1);
        } finally {
            agent.interrupt();
            agent.join();
        }

        assertThat(log().lines().filter(line -> line.contains(NOT_REHEARSED))).singleElement().asString()
                .contains("not rehearsed, so the first Allocate of a pod is slow directory=" + tooLong + " reason=\"");
        assertThat(names(registry)).isEmpty();
    }

    private ExitCode run(String... arguments) {
        return new DevicePluginMain(logStream, logStream).run(List.of(arguments), Map.of());
    }

    private String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    private static boolean rehearses() {
        return Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().equals("rehearsal"));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".sock")).toList();
        }
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("no %s within 20 s", what).isLessThan(end);
            Thread.sleep(1);
        }
    }
}
