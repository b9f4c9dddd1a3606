package io.kubeqat.nodesetup;

import io.kubeqat.nodesetup.plan.SetupStep;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// Says every few seconds what is being done, so that a write that the kernel does not return from is seen: unbinding a VFIO device waits, without end,
/// for the pod that has it open (Linux `vfio_unregister_group_dev`).
final class Progress implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(2);

    private record Work(int card, int cards, int step, int steps, SetupStep doing, Instant since) {}

    private final EventLog log;
    private final InstantSource clock;
    private final Thread thread;
    private final Map<Integer, Work> works = new ConcurrentSkipListMap<>();

    Progress(EventLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("progress").start(this::watch);
    }

    void start(int card, int cards, int step, int steps, SetupStep doing) {
        works.put(card, new Work(card, cards, step, steps, doing, clock.instant()));
    }

    void idle(int card) {
        works.remove(card);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(PERIOD);
                tell();
            }
        } catch (InterruptedException _) {
            // close() ends this thread, and nothing waits for what it returns.
        }
    }

    void tell() {
        for (Work now : works.values()) {
            log.info(
                    "progress",
                    "card", now.card() + "/" + now.cards(),
                    "step", now.step() + "/" + now.steps(),
                    "bdf", now.doing().address(),
                    "writing", now.doing().value(),
                    "to", now.doing().path(),
                    "seconds", Duration.between(now.since(), clock.instant()).toSeconds());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
