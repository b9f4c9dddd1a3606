package io.kubeqat.nodesetup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command as a process on the runtime that is in the image: it has `java.base` only, so a library that wants more fails here.
class ImageIT {
    private static final Path TARGET = Path.of("target");

    @TempDir
    Path directory;

    @Test
    void staysSmall() {
        assertThat(TARGET.resolve("jib-image.tar").toFile().length()).isBetween(10_000_000L, 30_000_000L);
    }

    @Test
    void readsProfilesAndReportsTheirProblemsAsExitCode() throws IOException, InterruptedException {
        Path profiles = Files.writeString(directory.resolve("profiles.yaml"), "profiles: [{servces: sym}]\n");

        assertThat(run(Map.of("NODE_SETUP_PROFILES", profiles.toString()))).isEqualTo(ExitCode.BAD_CONFIGURATION.number());
        assertThat(log()).contains("problem=\"" + profiles + " line 1: unknown key servces; did you mean services?\"");
    }

    @Test
    void endsWellOnANodeWithoutCards() throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve("sys/bus/pci/devices"));

        assertThat(run(Map.of("NODE_SETUP_SYSFS", directory.resolve("sys").toString()))).isEqualTo(ExitCode.DONE.number());
        assertThat(log()).contains("finished ready=0 left-alone=0 failed=0");
    }

    @Test
    void saysWhatIsMissingWhereThereIsNoSys() throws IOException, InterruptedException {
        assertThat(run(Map.of(), "--sysfs", directory + "/none")).isEqualTo(ExitCode.PREFLIGHT_FAILED.number());
        assertThat(log()).contains("problem=\"cannot open " + directory + "/none: No such file or directory");
    }

    private int run(Map<String, String> env, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                TARGET.resolve("image/root/opt/java/bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                NodeSetupMain.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(env);
        Process process = builder.redirectErrorStream(true).redirectOutput(logFile()).start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("node-setup did not end within 60 s: " + log());
        }
        return process.exitValue();
    }

    private String log() throws IOException {
        return Files.readString(logFile().toPath(), UTF_8);
    }

    private File logFile() {
        return directory.resolve("log").toFile();
    }
}
