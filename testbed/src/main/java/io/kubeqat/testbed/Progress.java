package io.kubeqat.testbed;

/// Hears of each step of work that takes seconds.
@FunctionalInterface
public interface Progress {
    /// A step begins, or has ended.
    ///
    /// @param text one line for a person
    void step(String text);
}
