package io.kubeqat.sysfs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;

/// Does one half of a list on another thread: who reads `/sys` waits for the kernel half of the time, and the start of a node's agents waits for the reading.
public final class Halves {
    private Halves() {}

    /// Applies a function to each item.
    ///
    /// @param <T> what goes in
    /// @param <R> what comes out
    /// @param items the list
    /// @param function may be called on two threads at a time
    /// @return what it made of each, in the order of the list; what the function throws comes out unchanged
    public static <T, R> List<R> map(List<T> items, Function<T, R> function) {
        if (items.size() < 2) {
            return items.stream().map(function).toList();
        }
        int half = items.size() / 2;
        FutureTask<List<R>> second = new FutureTask<>(() -> items.subList(half, items.size()).stream().map(function).toList());
        Thread.ofPlatform().name("sysfs").daemon().start(second);
        List<R> results = new ArrayList<>(items.subList(0, half).stream().map(function).toList());
        results.addAll(result(second));
        return results;
    }

    private static <R> R result(FutureTask<R> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException _) {
                    // The other thread needs what this one has; it ends as soon as this one would have.
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("one half has failed", e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
