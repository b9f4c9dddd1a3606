package io.kubeqat.qat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

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

    @Test
    void readsWhatTheCardMeasuresOfItself() {
        tree.file(
                DEBUGFS + "/telemetry/device_data",
                """
                sample_cnt                                3
                bw_in                                  1024                1000                1100                1050
                exec_pke0                                41
                exec_pke1                                 1
                util_pke0                                99
                """);

        assertThat(debugfs().telemetry(pf)).hasValueSatisfying(telemetry -> {
            assertThat(telemetry.values()).containsExactly(
                    entry("sample_cnt", 3L), entry("bw_in", 1024L), entry("exec_pke0", 41L), entry("exec_pke1", 1L), entry("util_pke0", 99L));
            assertThat(telemetry.publicKeyJobs()).isEqualTo(42);
            assertThat(telemetry.value("bw_in")).hasValue(1024);
            assertThat(telemetry.value("bw_up")).isEmpty();
        });
    }

    @Test
    void readsWhatTheCardMeasuresOfARingPair() {
        String text = "rp_num                                   63\nservice_type                           asym\nbw_in                                     5\n";
        tree.file(DEBUGFS + "/telemetry/rp_C_data", text);

        assertThat(debugfs().ringPairTelemetry(pf, 'C')).hasValueSatisfying(telemetry -> {
            assertThat(telemetry.ringPair()).isEqualTo(63);
            assertThat(telemetry.service()).isEqualTo("asym");
            assertThat(telemetry.values()).containsExactly(entry("bw_in", 5L));
        });
        assertThat(debugfs().ringPairTelemetry(pf, 'A')).isEmpty();
        assertThatThrownBy(() -> debugfs().ringPairTelemetry(pf, 'E')).hasMessage("\"E\" is none of a card's telemetry files; expected A to D");
    }

    @Test
    void refusesTelemetryThatTheAbiDoesNotHave() {
        tree.file(DEBUGFS + "/telemetry/device_data", "sample_cnt many\n").file(DEBUGFS + "/telemetry/rp_A_data", "rp_num 1\n");

        assertThatThrownBy(() -> debugfs().telemetry(pf)).hasMessage("cannot understand \"sample_cnt many\" in " + tree.root() + "/" + DEBUGFS
                + "/telemetry/device_data: expected a name, a value, and with it at most minimum, maximum and average");
        assertThatThrownBy(() -> debugfs().ringPairTelemetry(pf, 'A')).hasMessage(
                "cannot understand \"rp_num 1\" in " + tree.root() + "/" + DEBUGFS + "/telemetry/rp_A_data: expected a line service_type");
    }

    @Test
    void readsTheErrorsThatTheHardwareReported() {
        String device = "devices/pci0000:4a/0000:4a:02.0/0000:4b:00.0";
        QatTopologyReader reader = new QatTopologyReader(tree.sysfs(), QatModels.known());
        assertThat(reader.errors(pf.address())).isEmpty();

        tree.file(device + "/qat_ras/errors_correctable", "3\n").file(device + "/qat_ras/errors_nonfatal", "2\n").file(device + "/qat_ras/errors_fatal", "1\n");
        assertThat(reader.errors(pf.address())).contains(new ErrorCounters(3, 2, 1));

        tree.file(device + "/qat_ras/errors_fatal", "-1\n");
        assertThatThrownBy(() -> reader.errors(pf.address())).hasMessage("cannot understand \"-1\" in " + tree.root()
                + "/bus/pci/devices/0000:4b:00.0/qat_ras/errors_fatal: expected a number");
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
