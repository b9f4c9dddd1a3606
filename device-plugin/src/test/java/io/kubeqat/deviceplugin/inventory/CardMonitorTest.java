package io.kubeqat.deviceplugin.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.QatTopologyReader;
import io.kubeqat.simulator.HardwareError;
import io.kubeqat.simulator.Scenario;
import io.kubeqat.simulator.Simulator;
import io.kubeqat.sysfs.Sysfs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Against a card that minds, as the kernel does, being asked too often.
class CardMonitorTest {
    private static final String DEAD = "does not answer the heartbeat";

    private final AtomicLong nanos = new AtomicLong();
    private final Simulator simulator = new Simulator(Scenario.builtIn("one-card").orElseThrow(), () -> Instant.EPOCH.plusNanos(nanos.get()));
    private final Sysfs sysfs = simulator.sysfs();
    private final String pf = card().address().toString();
    private final CardMonitor monitor = CardMonitor.asking(sysfs, new Tolerance(2, 2), Duration.ofSeconds(1), nanos::get);

    @Test
    void asksNoMoreThanOnceInSecondHoweverOftenItLooks() {
        // Two more readings within the second would be "not alive".
        for (int i = 0; i < 100; i++) {
            assertThat(after(Duration.ofMillis(10))).isEmpty();
        }

        assertThat(sysfs.read("kernel/debug/qat_4xxx_" + pf + "/heartbeat/queries_sent")).isEqualTo("1\n\0");
    }

    @Test
    void cardThatStopsToAnswerIsOutAfterTwoReadingsAndBackAfterTwo() {
        assertThat(after(Duration.ZERO)).isEmpty();
        simulator.alive(pf, false);
        assertThat(after(Duration.ofSeconds(1))).isEmpty();
        assertThat(after(Duration.ofSeconds(1))).contains(DEAD);
        simulator.alive(pf, true);
        assertThat(after(Duration.ofSeconds(1))).contains(DEAD);
        assertThat(after(Duration.ofSeconds(1))).isEmpty();
    }

    @Test
    void readerBesideItIsToldFromDeadCard() {
        assertThat(after(Duration.ZERO)).isEmpty();
        for (int i = 0; i < 2; i++) {
            nanos.addAndGet(Duration.ofMillis(950).toNanos());
            sysfs.read("kernel/debug/qat_4xxx_" + pf + "/heartbeat/status");
            after(Duration.ofMillis(50));
        }

        assertThat(after(Duration.ZERO).orElseThrow()).contains("another program reads its heartbeat");
    }

    @Test
    void fatalErrorsCountAndOthersDoNot() {
        simulator.error(pf, HardwareError.CORRECTABLE);
        simulator.error(pf, HardwareError.NONFATAL);
        assertThat(after(Duration.ZERO)).isEmpty();

        simulator.error(pf, HardwareError.FATAL);
        after(Duration.ofSeconds(1));

        assertThat(after(Duration.ofSeconds(1))).contains("has reported fatal hardware errors; it has to be reset");
    }

    @Test
    void cardThatIsDownIsNotAskedAndBeginsAnew() {
        simulator.alive(pf, false);
        assertThat(after(Duration.ZERO)).contains(DEAD);

        sysfs.write("bus/pci/devices/" + pf + "/qat/state", "down\n");
        assertThat(monitor.look(List.of(card()))).isEmpty();
        simulator.alive(pf, true);
        sysfs.write("bus/pci/devices/" + pf + "/qat/state", "up\n");

        assertThat(after(Duration.ofSeconds(1))).isEmpty();
    }

    @Test
    void silentOneLeavesTheHeartbeatAlone() {
        CardMonitor silent = CardMonitor.silent(sysfs);
        simulator.error(pf, HardwareError.FATAL);

        CardHealth health = silent.look(List.of(card())).firstEntry().getValue();

        assertThat(health.hasHeartbeat()).isFalse();
        assertThat(health.obstacle()).isPresent();
        assertThat(sysfs.read("kernel/debug/qat_4xxx_" + pf + "/heartbeat/queries_sent")).isEqualTo("0\n\0");
    }

    @Test
    void refusesToAskTooOften() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CardMonitor.asking(sysfs, Tolerance.STANDARD, Duration.ofMillis(999), nanos::get))
                .withMessage("a card cannot be asked every 999 ms; expected 1000 or more");
    }

    private PhysicalFunction card() {
        return new QatTopologyReader(sysfs, QatModels.known()).read().physicalFunctions().getFirst();
    }

    private Optional<String> after(Duration time) {
        nanos.addAndGet(time.toNanos());
        return monitor.look(List.of(card())).firstEntry().getValue().obstacle();
    }
}
