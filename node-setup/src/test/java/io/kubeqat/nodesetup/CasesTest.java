package io.kubeqat.nodesetup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CasesTest {
    private final Cases cases = new Cases(Duration.ofMillis(1), 20);

    @Test
    void runsEachInTurn() throws InterruptedException {
        List<Integer> seen = new ArrayList<>();

        cases.each(3, "numbers", seen::add);

        assertThat(seen).containsExactly(0, 1, 2);
    }

    @Test
    void saysWhichCaseDoesNotEndAndWhereItIs() {
        CountDownLatch never = new CountDownLatch(1);

        assertThatThrownBy(() -> cases.each(3, "numbers", number -> {
                    if (number == 1) {
                        never.await();
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessage("case 1 of numbers does not end; it is at:")
                .satisfies(hang -> assertThat(hang.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals("await")));
    }

    @Test
    void passesOnHowACaseFails() {
        assertThatThrownBy(() -> cases.each(3, "numbers", number -> {
                    throw new IllegalStateException("odd");
                }))
                .hasMessage("case 0 of numbers: odd")
                .hasCauseInstanceOf(IllegalStateException.class);
    }
}
