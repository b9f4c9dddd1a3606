package io.kubeqat.deviceplugin;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Brings what happens on other threads onto the one that owns the state.
final class Loop implements Executor {
    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();

    /// From any thread; wakes up [#await].
    @Override
    public void execute(Runnable task) {
        waiting.add(task);
    }

    /// Waits for something to run, at most this long, and runs it and whatever else has come by then.
    void await(Duration longest) throws InterruptedException {
        Runnable task = waiting.poll(longest.toNanos(), TimeUnit.NANOSECONDS);
        while (task != null) {
            task.run();
            task = waiting.poll();
        }
    }
}
