package io.kubeqat.nodesetup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kubeqat.simulator.Mount;
import io.kubeqat.simulator.Scenario;
import io.kubeqat.simulator.Simulator;
import io.kubeqat.sysfs.LinuxSysfs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one VF more costs in requests to the mounted file system: the same on a fast machine and on a slow one.
class RequestsIT {
    private static final int FEW = 4;
    private static final int MANY = 16;

    @TempDir
    Path directory;

    @BeforeEach
    void canMount() {
        assumeThat(Files.exists(Path.of("/dev/fuse")) && "root".equals(System.getProperty("user.name"))).as("FUSE and root").isTrue();
    }

    /// Where it is (3), its directory (5), that no driver holds it (1), its override (6), its bind (1).
    @Test
    void aNewVfCostsItsOverrideItsBindAndOneLook() throws IOException {
        assertThat(forOneVfMore("none")).isLessThanOrEqualTo(16);
    }

    @Test
    void aVfThatIsAsItShouldBeIsOnlyRead() throws IOException {
        assertThat(forOneVfMore("bound")).isLessThanOrEqualTo(44);
    }

    private double forOneVfMore(String vfs) throws IOException {
        return (double) (requests(vfs, MANY) - requests(vfs, FEW)) / (MANY - FEW);
    }

    private long requests(String vfs, int count) throws IOException {
        Path sys = Files.createDirectory(directory.resolve(vfs + count));
        Simulator simulator = new Simulator(
                Scenario.parse("cards: [{bdf: 0000:6b:00.0, device: 4940, services: sym;asym, vfs: " + vfs + ", totalVfs: " + count + "}]"), InstantSource.system());
        try (Mount _ = Mount.on(sys, simulator)) {
            long before = requests(sys);
            ByteArrayOutputStream log = new ByteArrayOutputStream();
            PrintStream stream = new PrintStream(log, true, UTF_8);
            new NodeSetupMain(Map.of(), stream, stream, LinuxSysfs::new, _ -> {}, InstantSource.system())
                    .run("--sysfs=" + sys, "--services=sym;asym", "--proc=" + directory, "--dev=" + directory);
            assertThat(log.toString(UTF_8)).contains("vfs=" + count + " on-vfio-pci=" + count);
            return requests(sys) - before;
        }
    }

    /// As the bench does it, too.
    private static long requests(Path sys) throws IOException {
        return Files.readAllLines(sys.resolve(".simulator/requests")).stream().mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
