package io.kubeqat.nodesetup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kubeqat.simulator.Mount;
import io.kubeqat.simulator.Scenario;
import io.kubeqat.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The process of the image on a mounted tree: ended by signals in the middle of its work, and in front of a VF that is in use.
class MountedNodeIT {
    private static final Path TARGET = Path.of("target");
    private static final String PF = "bus/pci/devices/0000:6b:00.0/";

    @TempDir
    Path directory;

    private final Simulator simulator = new Simulator(Scenario.parse("cards: [{bdf: 0000:6b:00.0, device: 4940, services: dc, totalVfs: 4}]"), InstantSource.system());
    private Path sys;
    private Mount mount;

    @BeforeEach
    void mount() throws IOException {
        assumeThat(Files.exists(Path.of("/dev/fuse")) && "root".equals(System.getProperty("user.name"))).as("FUSE and root").isTrue();
        sys = Files.createDirectory(directory.resolve("sys"));
        mount = Mount.on(sys, simulator);
    }

    @AfterEach
    void unmount() {
        if (mount != null) {
            simulator.closeAll();
            mount.close();
        }
    }

    @Test
    void aRunEndedBySignalsAtVariousStepsIsMadeUpForByTheNext() throws IOException, InterruptedException {
        String[] files = {PF + "qat/state", PF + "qat/cfg_services", PF + "sriov_numvfs"};
        for (int i = 0; i < files.length; i++) {
            simulator.slowWrite(files[i], 1, Duration.ofSeconds(2));
            int writes = simulator.writes().size();
            Process process = start("--services=" + (i % 2 == 0 ? "asym;sym" : "dc"));
            while (simulator.writes().stream().skip(writes).noneMatch(write -> write.endsWith("sriov_numvfs") || write.endsWith("qat/state"))) {
                assertThat(process.isAlive()).as(Files.readString(directory.resolve("log"))).isTrue();
                Thread.onSpinWait();
            }
            if (i % 2 == 0) {
                process.toHandle().destroy();
            } else {
                process.toHandle().destroyForcibly();
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(i % 2 == 0 ? 143 : 137);

            assertThat(run("--services=asym")).isEqualTo(ExitCode.DONE.number());
            assertThat(simulator.sysfs().read(PF + "qat/cfg_services")).isEqualTo("asym\n");
            assertThat(simulator.sysfs().list("bus/pci/drivers/vfio-pci")).filteredOn(name -> name.contains(":")).hasSize(4);
            int before = simulator.writes().size();
            assertThat(run("--services=asym")).isEqualTo(ExitCode.DONE.number());
            assertThat(simulator.writes()).hasSize(before);
        }
    }

    @Test
    void namesTheProcessThatHasAVfOpen() throws IOException, InterruptedException {
        assertThat(run("--services=dc")).isEqualTo(ExitCode.DONE.number());
        String group = simulator.sysfs().link("bus/pci/devices/0000:6b:00.2/iommu_group").orElseThrow().replaceFirst(".*/", "");
        Path node = Files.createFile(Files.createDirectories(directory.resolve("dev/vfio")).resolve(group));
        Process user = new ProcessBuilder("sh", "-c", "exec 7< " + node + "; echo open; exec sleep 600").start();
        try {
            assertThat(user.inputReader().readLine()).isEqualTo("open");
            int before = simulator.writes().size();

            assertThat(run("--services=asym")).isEqualTo(ExitCode.STEP_FAILED.number());

            assertThat(Files.readString(directory.resolve("log"))).contains("(pid " + user.pid() + ") uses 0000:6b:00.2 through " + node);
            assertThat(simulator.writes()).hasSize(before);
            assertThat(run("--services=asym", "--force")).isEqualTo(ExitCode.DONE.number());
        } finally {
            user.destroyForcibly();
        }
    }

    private int run(String... args) throws IOException, InterruptedException {
        Process process = start(args);
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("node-setup did not end within 120 s: " + Files.readString(directory.resolve("log"), UTF_8));
        }
        return process.exitValue();
    }

    private Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                TARGET.resolve("image/root/opt/java/bin/java").toString(), "-cp", System.getProperty("java.class.path"), NodeSetupMain.class.getName(),
                "--sysfs=" + sys, "--dev=" + directory.resolve("none")));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile()).start();
    }
}
