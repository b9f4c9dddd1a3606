package io.kubeqat.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.sysfs.LinuxSysfs;
import io.kubeqat.sysfs.Sysfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The contract, through the mount: the simulator behind FUSE is what the simulator in process is.
@ExtendWith(NeedsFuse.class)
final class MountedSysfsIT extends SysfsContract {
    @TempDir
    private Path directory;

    private Mount mount;
    private Sysfs sysfs;

    @BeforeEach
    void mount() {
        mount = Mount.on(directory,
                new Simulator(Scenario.builtIn("one-card").orElseThrow(), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)));
        sysfs = new LinuxSysfs(directory);
    }

    @AfterEach
    void unmount() throws IOException {
        mount.close();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
    }

    @Override
    protected Sysfs sysfs() {
        return sysfs;
    }
}
