package io.kubeqat.nodesetup;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Runs many cases one after the other and notices one that does not end. However long all of them take together is nobody's business: what counts is that at
/// so many looks in a row the same case was at work. The looks stop when the machine does, so that a slow or suspended one raises no alarm.
final class Cases {
    private final Duration betweenLooks;
    private final int looks;

    @FunctionalInterface
    interface Case {
        void run(int number) throws Exception;
    }

    /// A case takes less than a millisecond; it has a minute.
    Cases() {
        this(Duration.ofSeconds(1), 60);
    }

    Cases(Duration betweenLooks, int looks) {
        this.betweenLooks = betweenLooks;
        this.looks = looks;
    }

    /// @param what names the cases in the message of a hang
    void each(int count, String what, Case one) throws InterruptedException {
        AtomicInteger number = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread worker = Thread.ofPlatform().daemon().name("cases").start(() -> {
            try {
                for (; number.get() < count; number.incrementAndGet()) {
                    one.run(number.get());
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        int last = -1;
        int same = 0;
        while (!worker.join(betweenLooks)) {
            int now = number.get();
            same = now == last ? same + 1 : 0;
            last = now;
            if (same == looks) {
                AssertionError hang = new AssertionError("case " + now + " of " + what + " does not end; it is at:");
                hang.setStackTrace(worker.getStackTrace());
                throw hang;
            }
        }
        if (failure.get() != null) {
            throw new AssertionError("case " + number + " of " + what + ": " + failure.get().getMessage(), failure.get());
        }
    }
}
