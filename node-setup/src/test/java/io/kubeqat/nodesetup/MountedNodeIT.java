package io.kubeqat.nodesetup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kubeqat.nodesetup.apply.Pause;
import io.kubeqat.simulator.HeldWrite;
import io.kubeqat.simulator.Mount;
import io.kubeqat.simulator.Scenario;
import io.kubeqat.simulator.Simulator;
import io.kubeqat.sysfs.LinuxSysfs;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The process of the image on a mounted tree: ended by signals in the middle of its work, and in front of a VF that is in use.
class MountedNodeIT {
    private static final Path TARGET = Path.of("target");
    private static final String PF = "bus/pci/devices/0000:6b:00.0/";
    private static final String VF = "bus/pci/devices/0000:6b:00.";
    private static final String DOWN = "down > " + PF + "qat/state";

    @TempDir
    Path directory;

    private final Simulator simulator = new Simulator(Scenario.parse("cards: [{bdf: 0000:6b:00.0, device: 4940, services: dc, totalVfs: 2}]"), InstantSource.system());
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

    /// A node, what is wanted of it, and the writes that make it so again; together they bring every kind of step that the kernel takes of a QAT card.
    private enum Plan {
        SERVICES("other services, and VFs to be made", "--services=asym", List.of(DOWN, "dc > " + PF + "qat/cfg_services", "up > " + PF + "qat/state")),
        DRIVER("VFs held by another driver", "--services=asym", List.of(
                DOWN, "asym > " + PF + "qat/cfg_services", "2 > " + PF + "sriov_numvfs",
                "pcieport > " + VF + "1/driver_override", "0000:6b:00.1 > bus/pci/drivers/pcieport/bind", "(none) > " + VF + "2/driver_override"));

        private final String name;
        private final String args;
        private final List<String> before;

        Plan(String name, String args, List<String> before) {
            this.name = name;
            this.args = args;
            this.before = before;
        }
    }

    private enum End {
        /// The process dies in the write, which has no effect.
        KILLED_BEFORE(137),
        /// The process dies in the write, which the kernel completes.
        KILLED_AFTER(137),
        TERMINATED_AFTER(143);

        private final int exitCode;

        End(int exitCode) {
            this.exitCode = exitCode;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProcessEndedAtAnyWriteIsMadeUpForByTheNextRun(Plan plan) throws IOException, InterruptedException {
        List<String> writes = undisturbed(plan);
        assertThat(writes).as(plan.name).hasSizeGreaterThan(4);
        for (End end : End.values()) {
            for (int nth = 0; nth < writes.size(); nth++) {
                reset(plan);
                int done = simulator.writes().size();
                String file = writes.get(nth).replaceFirst(".* > ", "");
                HeldWrite write = simulator.holdWrite(file, (int) writes.subList(0, nth + 1).stream().filter(line -> line.endsWith(" > " + file)).count());

                Process process = start(plan.args);
                while (!write.isHeld()) {
                    assertThat(process.isAlive()).as(Files.readString(directory.resolve("log"))).isTrue();
                    Thread.onSpinWait();
                }
                endInItsWrite(process, end, write);

                assertThat(process.exitValue()).as("%s, %s at %s", plan.name, end, writes.get(nth)).isEqualTo(end.exitCode);
                assertThat(simulator.writes().stream().skip(done)).as("what was written until the end").isEqualTo(writes.subList(0, nth + 1));
                converges(plan, end + " at " + writes.get(nth));
            }
        }
    }

    /// The write ends only when the process can do nothing after it: a SIGKILL is pending as soon as it is sent; of a SIGTERM it is seen by the first thread,
    /// which is a zombie while the one that writes is still in the kernel.
    private static void endInItsWrite(Process process, End end, HeldWrite write) throws IOException, InterruptedException {
        switch (end) {
            case KILLED_BEFORE -> {
                process.destroyForcibly();
                write.drop();
            }
            case KILLED_AFTER -> {
                process.destroyForcibly();
                write.letGo();
            }
            case TERMINATED_AFTER -> {
                process.toHandle().destroy();
                Path stat = Path.of("/proc/" + process.pid() + "/stat");
                while (!Files.readString(stat).contains(") Z ")) {
                    Thread.onSpinWait();
                }
                write.letGo();
            }
        }
        process.waitFor();
    }

    private List<String> undisturbed(Plan plan) throws IOException, InterruptedException {
        reset(plan);
        int before = simulator.writes().size();
        assertThat(run(plan.args)).as(plan.name).isEqualTo(ExitCode.DONE.number());
        return simulator.writes().stream().skip(before).toList();
    }

    private void reset(Plan plan) {
        for (String write : plan.before) {
            simulator.sysfs().write(write.replaceFirst(".* > ", ""), write.replaceFirst(" > .*", "").replace("(none)", "") + "\n");
        }
    }

    private void converges(Plan plan, String what) throws IOException, InterruptedException {
        assertThat(runHere(plan.args)).as("%s: run after %s: %s", plan.name, what, Files.readString(directory.resolve("log"))).isEqualTo(ExitCode.DONE);
        assertThat(simulator.sysfs().read(PF + "qat/cfg_services")).isEqualTo("asym\n");
        assertThat(simulator.sysfs().read(PF + "qat/state")).isEqualTo("up\n");
        assertThat(simulator.sysfs().list("bus/pci/drivers/vfio-pci")).filteredOn(name -> name.contains(":")).hasSize(2);
        int before = simulator.writes().size();
        assertThat(runHere(plan.args)).isEqualTo(ExitCode.DONE);
        assertThat(simulator.writes()).as("writes of the third run after %s", what).hasSize(before);
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

    /// The command in this process, on the mounted tree: what it does does not depend on the process, and a JVM's start takes longer than all the rest.
    private ExitCode runHere(String... args) {
        List<String> all = new ArrayList<>(List.of("--sysfs=" + sys, "--dev=" + directory.resolve("none")));
        all.addAll(List.of(args));
        PrintStream nothing = new PrintStream(OutputStream.nullOutputStream());
        return new NodeSetupMain(Map.of(), nothing, nothing, LinuxSysfs::new, Pause.REAL, InstantSource.system()).run(all.toArray(String[]::new));
    }

    private Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                TARGET.resolve("image/root/opt/java/bin/java").toString(), "-cp", System.getProperty("java.class.path"), NodeSetupMain.class.getName(),
                "--sysfs=" + sys, "--dev=" + directory.resolve("none")));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile()).start();
    }
}
