package io.kubeqat.simulator;

import io.kubeqat.sysfs.Errno;

/// What a write that somebody spoilt does in place of its work, or before it.
sealed interface Fault {

    /// Fails and changes nothing.
    record Fails(Errno errno) implements Fault {}

    /// Takes its time, and then does what it should; other system calls go on meanwhile.
    record Takes(long millis) implements Fault {}

    /// Stays in the kernel until it is let go; other system calls go on meanwhile.
    record Waits(HeldWrite write) implements Fault {}

    /// The card is pulled out under it, or falls off the bus: the write answers ENODEV.
    record Vanishes(String pf) implements Fault {}
}
