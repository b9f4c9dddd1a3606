package io.kubeqat.nodesetup.apply;

import java.time.Duration;

/// Waits between two looks at the kernel; a test does not.
@FunctionalInterface
public interface Pause {
    Pause REAL = Thread::sleep;

    void await(Duration duration) throws InterruptedException;
}
