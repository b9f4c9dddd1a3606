package io.kubeqat.nodesetup.apply;

import java.time.Duration;

/// Waits between two looks at the kernel; a test does not.
@FunctionalInterface
public interface Pause {
    /// Waits in earnest.
    Pause REAL = Thread::sleep;

    /// Waits.
    ///
    /// @param duration how long
    /// @throws InterruptedException if this thread is told to end meanwhile
    void await(Duration duration) throws InterruptedException;
}
