package io.kubeqat.testbed;

/// Hears of each step of work that takes seconds.
@FunctionalInterface
public interface Progress {
    void step(String text);
}
