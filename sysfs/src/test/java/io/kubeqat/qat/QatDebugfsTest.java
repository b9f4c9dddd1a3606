package io.kubeqat.qat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubeqat.pci.PciAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QatDebugfsTest {
    private static final String DEBUGFS = "kernel/debug/qat_4xxx_0000:4b:00.0";

    @TempDir
    Path directory;

    private SysfsTree tree;
    private PhysicalFunction pf;

    @BeforeEach
    void layOut() {
        // 402xx on purpose: its directory is called after the driver, 4xxx.
        tree = new SysfsTree(directory).device("devices/pci0000:4a/0000:4a:02.0/0000:4b:00.0", "8086", "4944");
        pf = new QatTopologyReader(tree.sysfs(), QatModels.known()).read().physicalFunctions().getFirst();
        assertThat(pf.address()).isEqualTo(PciAddress.parse("0000:4b:00.0"));
    }

    @Test
    void readsAHeartbeatWithTheDriversNul() {
        heartbeat("0\n\0");
        assertThat(debugfs().heartbeat(pf)).contains(new Heartbeat(true, 17, 2));

        heartbeat("-1\n\0");
        assertThat(debugfs().heartbeat(pf)).contains(new Heartbeat(false, 17, 2));
    }

    @Test
    void hasNoHeartbeatWhileDown() {
        assertThat(debugfs().heartbeat(pf)).isEmpty();
        assertThat(debugfs().firmwareCounters(pf)).isEmpty();
    }

    @Test
    void refusesAStatusThatTheAbiDoesNotHave() {
        heartbeat("2\n\0");

        assertThatThrownBy(() -> debugfs().heartbeat(pf))
                .hasMessage("cannot understand \"2\" in " + tree.root() + "/" + DEBUGFS + "/heartbeat/status: expected 0 or -1");
    }

    @Test
    void sumsTheEnginesRequests() {
        tree.file(
                DEBUGFS + "/fw_counters",
                """
                AE          Requests        Responses
                 0:           190235           190235
                10:           190187           190180
                """);

        assertThat(debugfs().firmwareCounters(pf))
                .contains(new FirmwareCounters(List.of(
                        new FirmwareCounters.Engine(0, 190235, 190235), new FirmwareCounters.Engine(10, 190187, 190180))))
                .hasValueSatisfying(counters -> assertThat(List.of(counters.requests(), counters.responses())).containsExactly(380422L, 380415L));
    }

    @Test
    void saysWhichLineOfTheCountersItDoesNotUnderstand() {
        tree.file(DEBUGFS + "/fw_counters", "AE Requests Responses\n 0: many 1\n");

        assertThatThrownBy(() -> debugfs().firmwareCounters(pf)).hasMessage("cannot understand \" 0: many 1\" in " + tree.root() + "/" + DEBUGFS
                + "/fw_counters: expected an engine's number, requests and responses");
    }

    private QatDebugfs debugfs() {
        return new QatDebugfs(tree.sysfs());
    }

    private void heartbeat(String status) {
        tree.file(DEBUGFS + "/heartbeat/status", status)
                .file(DEBUGFS + "/heartbeat/queries_sent", "17\n\0")
                .file(DEBUGFS + "/heartbeat/queries_failed", "2\n\0");
    }
}
