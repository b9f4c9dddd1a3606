package io.kubeqat.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The command, as the testbed starts it: from the jar and its libraries.
final class SimulatorMainIT {
    @TempDir
    private Path directory;

    private static Process start(String... args) throws IOException {
        return startAfter(List.of(), args);
    }

    private static Process startAfter(List<String> prefix, String... args) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:-UseContainerSupport",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("simulator.classpath"), SimulatorMain.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private void ends(int exitCode, String output, String... args) throws IOException, InterruptedException {
        Process process = start(args);
        assertThat(new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)).isEqualTo(output);
        assertThat(process.waitFor()).isEqualTo(exitCode);
    }

    @Test
    @ExtendWith(NeedsFuse.class)
    void saysWhenItIsReadyAndUnmountsWhenItIsTold() throws IOException, InterruptedException {
        Path sys = Files.createDirectory(directory.resolve("sys"));
        Path dev = directory.resolve("dev");
        Process process = start("--scenario", "two-cards", "--mount", sys.toString(), "--dev", dev.toString());
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).isEqualTo("ready mount=" + sys + " cards=2");
            assertThat(sys.resolve("bus/pci/devices/0000:e8:00.0/qat/state")).hasContent("up\n");
            assertThat(dev.resolve("vfio/vfio")).exists();

            // Process::destroy would close the output as well.
            process.toHandle().destroy();

            assertThat(output.readLine()).isNull();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.toHandle().destroy();
            process.waitFor(60, TimeUnit.SECONDS);
        }
        assertThat(process.exitValue()).isEqualTo(ExitCode.DONE.number());
        assertThat(sys).isEmptyDirectory();
        assertThat(dev.resolve("vfio")).isEmptyDirectory();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
    }

    /// Whatever it takes to make a node must not ask the tree: the write that binds the VF would wait for itself.
    @Test
    @ExtendWith(NeedsFuse.class)
    void makesNodesWhereItsOwnSysIsTheTree() throws IOException, InterruptedException {
        Path sys = Files.createDirectory(directory.resolve("sys"));
        Path dev = directory.resolve("dev");
        Process process = startAfter(List.of("unshare", "--mount"), "--mount", sys.toString(), "--dev", dev.toString());
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).startsWith("ready");

            Process shell = new ProcessBuilder("nsenter", "--target", Long.toString(process.pid()), "--mount", "sh", "-ec", "mount --bind " + sys + " /sys;"
                            + " trap 'umount /sys' EXIT; cd /sys/bus/pci; echo 1 > devices/0000:6b:00.0/sriov_numvfs;"
                            + " echo vfio-pci > devices/0000:6b:00.1/driver_override; echo 0000:6b:00.1 > drivers/vfio-pci/bind; cd /; ls " + dev + "/vfio")
                    .redirectErrorStream(true)
                    .start();

            assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(shell.inputReader().lines()).containsExactly("1", "vfio");
        } finally {
            // The mount is in the process's own namespace and goes with it.
            process.toHandle().destroy();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        assertThat(process.exitValue()).isEqualTo(ExitCode.DONE.number());
    }

    @Test
    @ExtendWith(NeedsFuse.class)
    void endsWhenItIsKilledBeforeAnyoneHasUsedTheTree() throws IOException, InterruptedException {
        Path sys = Files.createDirectory(directory.resolve("sys"));
        // The mount is in the process's own namespace and goes with it.
        Process process = startAfter(List.of("unshare", "--mount"), "--mount", sys.toString());
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).startsWith("ready");
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aBadScenarioIsNamedWithItsLine() throws IOException, InterruptedException {
        Path scenario = Files.writeString(directory.resolve("lab.yaml"), "cards:\n  - {bdf: 0000:6b:00.0, devise: 4940}\n");

        ends(ExitCode.BAD_CONFIGURATION.number(),
                scenario + ":2: unknown key \"devise\"; did you mean \"device\"? The keys of a card are bdf, bridges, device, iommu, numa, services, totalVfs,"
                        + " vfs, vfsPerGroup\n" + scenario + ":2: \"device\" is missing\n",
                "--scenario", scenario.toString(), "--mount", directory.toString());
    }

    @Test
    void aScenarioThatIsNotThereIsSaidToBe() throws IOException, InterruptedException {
        ends(ExitCode.BAD_CONFIGURATION.number(),
                "--scenario three-cards is neither a file nor a built-in scenario; built in are one-card, two-cards\n",
                "--scenario", "three-cards", "--mount", directory.toString());
    }

    @Test
    @ExtendWith(NeedsFuse.class)
    void aMissingMountPointIsNamedWithTheNextStep() throws IOException, InterruptedException {
        Path missing = directory.resolve("missing");

        ends(ExitCode.PREFLIGHT_FAILED.number(),
                "cannot mount on " + missing + ": it is no directory; make it with mkdir -p " + missing + "\n", "--mount", missing.toString());
    }

    @Test
    @ExtendWith(NeedsFuse.class)
    void aDirectoryWithOtherFilesIsNotTakenForDev() throws IOException, InterruptedException {
        Path file = Files.createFile(Files.createDirectory(directory.resolve("vfio")).resolve("17"));

        ends(ExitCode.BAD_CONFIGURATION.number(), file + " was not made by a simulator: give --dev a directory of its own\n",
                "--mount", directory.toString(), "--dev", directory.toString());

        assertThat(file).exists();
    }
}
