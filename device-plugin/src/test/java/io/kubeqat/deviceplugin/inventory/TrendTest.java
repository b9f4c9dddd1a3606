package io.kubeqat.deviceplugin.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.qat.ErrorCounters;
import io.kubeqat.qat.Heartbeat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrendTest {
    private static final Tolerance TOLERANCE = new Tolerance(3, 2);
    private static final Reading BAD = new Reading.Bad("is bad");

    @Test
    void firstGoodReadingIsEnough() {
        assertThat(after(Reading.GOOD).obstacle()).isEmpty();
    }

    @Test
    void firstBadReadingIsUnknownAndUnknownIsNotHealthy() {
        assertThat(after(BAD)).isEqualTo(new Trend(Trend.State.UNKNOWN, 1, "is bad"));
        assertThat(after(BAD).obstacle()).contains("is bad");
        assertThat(after(BAD, Reading.GOOD).obstacle()).isEmpty();
        assertThat(after(BAD, BAD, BAD, Reading.GOOD).obstacle()).contains("is bad");
    }

    @Test
    void turnsBadWithTheThirdInRow() {
        assertThat(after(Reading.GOOD, BAD, BAD).obstacle()).isEmpty();
        assertThat(after(Reading.GOOD, BAD, BAD, Reading.GOOD, BAD, BAD).obstacle()).isEmpty();
        assertThat(after(Reading.GOOD, BAD, BAD, BAD).obstacle()).contains("is bad");
    }

    @Test
    void turnsGoodWithTheSecondInRow() {
        Trend bad = after(Reading.GOOD, BAD, BAD, BAD);

        assertThat(bad.next(Reading.GOOD, TOLERANCE).obstacle()).isPresent();
        assertThat(bad.next(Reading.GOOD, TOLERANCE).next(BAD, TOLERANCE).next(Reading.GOOD, TOLERANCE).obstacle()).isPresent();
        assertThat(bad.next(Reading.GOOD, TOLERANCE).next(Reading.GOOD, TOLERANCE).obstacle()).isEmpty();
    }

    @Test
    void sourceThatIsNotThereSaysNothing() {
        assertThat(after(Reading.ABSENT).obstacle()).isEmpty();
        assertThat(after(Reading.GOOD, BAD, BAD, BAD, Reading.ABSENT)).isEqualTo(Trend.NONE);
    }

    /// Whatever comes: what changes, changes after as many contradictions in a row as it has to, and not before.
    @Test
    void agreesWithItsDefinitionOnAnySequence() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Trend trend = after(Reading.GOOD);
        boolean bad = false;
        int row = 0;
        for (int i = 0; i < 10_000; i++) {
            boolean good = random.nextInt(3) > 0 == random.nextBoolean();
            trend = trend.next(good ? Reading.GOOD : BAD, TOLERANCE);
            row = good == bad ? row + 1 : 0;
            if (row == (bad ? TOLERANCE.goodReads() : TOLERANCE.badReads())) {
                bad = !bad;
                row = 0;
            }
            assertThat(trend.obstacle().isPresent()).as("seed %d, reading %d", seed, i).isEqualTo(bad);
        }
    }

    @Test
    void failureThatCountsIsToldFromOneThatDoesNot() {
        Optional<Heartbeat> before = Optional.of(new Heartbeat(true, 7, 2));

        assertThat(Reading.of(before, Optional.of(new Heartbeat(false, 8, 3)))).isEqualTo(new Reading.Bad("does not answer the heartbeat"));
        assertThat(Reading.of(before, Optional.of(new Heartbeat(false, 7, 2))))
                .isEqualTo(new Reading.Bad("has no heartbeat to tell from: it restarts, or another program reads its heartbeat as well"));
        assertThat(Reading.of(before, Optional.of(new Heartbeat(true, 8, 2)))).isEqualTo(Reading.GOOD);
        assertThat(Reading.of(before, Optional.empty())).isEqualTo(Reading.ABSENT);
    }

    @Test
    void onlyFatalErrorsAreBad() {
        assertThat(Reading.of(Optional.of(new ErrorCounters(5, 6, 0)))).isEqualTo(Reading.GOOD);
        assertThat(Reading.of(Optional.of(new ErrorCounters(0, 0, 1)))).isEqualTo(new Reading.Bad("has reported fatal hardware errors; it has to be reset"));
        assertThat(Reading.of(Optional.empty())).isEqualTo(Reading.ABSENT);
    }

    private static Trend after(Reading... readings) {
        Trend trend = Trend.NONE;
        for (Reading reading : List.of(readings)) {
            trend = trend.next(reading, TOLERANCE);
        }
        return trend;
    }
}
