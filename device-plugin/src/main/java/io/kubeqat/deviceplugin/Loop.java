package io.kubeqat.deviceplugin;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Brings what happens on other threads onto the one that owns the state.
final class Loop implements Executor {
    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();

    /// From any thread; wakes up [#await].
    @Override
    public void execute(Runnable task) {
        waiting.add(task);
    }

    /// From any thread but the loop's: what `question` finds there; absent where the loop does not get to it within `longest`.
    <T> Optional<T> ask(Supplier<T> question, Duration longest) {
        FutureTask<T> task = new FutureTask<>(question::get);
        execute(task);
        try {
            return Optional.of(task.get(longest.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException _) {
            task.cancel(false);
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the question has failed", e.getCause());
        }
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
