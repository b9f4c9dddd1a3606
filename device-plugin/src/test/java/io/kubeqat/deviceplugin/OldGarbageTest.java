package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class OldGarbageTest {
    private static final long NEEDED = 4 << 20;

    private long used = NEEDED;
    private int collections;
    private final OldGarbage garbage = new OldGarbage(() -> used, () -> {
        collections++;
        used = NEEDED;
    });

    @Test
    void collectsWhenTheHeapHasGrownByMoreThanIsYoung() {
        garbage.collect();
        assertThat(collections).as("of what the start has left").isEqualTo(1);

        used += OldGarbage.WORTH_A_LOOK;
        garbage.collect();
        assertThat(collections).isEqualTo(1);

        used++;
        garbage.collect();
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void letsAHeapAloneThatIsFullOfWhatIsNeeded() {
        used = 16 << 20;
        OldGarbage without = new OldGarbage(() -> used, () -> collections++);
        for (int i = 0; i < 100; i++) {
            without.collect();
        }
        assertThat(collections).isEqualTo(1);
    }

    @Test
    void boundsWhatGarbageTakesHoweverMuchIsMade() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        garbage.collect();
        for (int i = 0; i < 10_000; i++) {
            used += random.nextInt(100_000);
            garbage.collect();
            assertThat(used).as("seed %d", seed).isLessThanOrEqualTo(NEEDED + OldGarbage.WORTH_A_LOOK);
        }
    }
}
