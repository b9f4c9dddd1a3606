package org.example.accelerators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kubeqat.simulator.Scenario;
import io.kubeqat.simulator.Simulator;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.LinuxSysfs;
import io.kubeqat.sysfs.SysfsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AcceleratorsTest {
    private static final String CARD = "bus/pci/devices/0000:6b:00.0";

    @Test
    void readsATreeOfFiles(@TempDir Path sys) throws IOException {
        Files.createDirectories(sys.resolve("bus/pci/devices"));
        assertEquals(List.of(), new Accelerators(new LinuxSysfs(sys)).lines());
    }

    @Test
    void followsASimulatedCard() {
        var simulator = new Simulator(Scenario.builtIn("one-card").orElseThrow(), Clock.systemUTC());
        var accelerators = new Accelerators(simulator.sysfs());
        assertEquals(List.of("0000:6b:00.0 4xxx: 0 of 16 VFs ready"), accelerators.lines());

        simulator.sysfs().write(CARD + "/sriov_numvfs", "16");
        simulator.sysfs().write("bus/pci/devices/0000:6b:00.1/driver_override", "vfio-pci");
        simulator.sysfs().write("bus/pci/drivers/vfio-pci/bind", "0000:6b:00.1");
        assertEquals(List.of("0000:6b:00.0 4xxx: 1 of 16 VFs ready"), accelerators.lines());
    }

    @Test
    void seesHowTheKernelRefuses() {
        var simulator = new Simulator(Scenario.builtIn("one-card").orElseThrow(), Clock.systemUTC());
        simulator.sysfs().write(CARD + "/sriov_numvfs", "16");
        var refusal = assertThrows(SysfsException.class, () -> simulator.sysfs().write(CARD + "/sriov_numvfs", "8"));
        assertEquals(Errno.EBUSY, refusal.errno());
    }
}
