package io.kubeqat.simulator;

import io.kubeqat.sysfs.Errno;

/// The negative return value of a kernel function, on its way to the program that made the system call.
final class KernelError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    KernelError(Errno errno) {
        // Without a stack trace, which would be most of the price of a question for what is not there.
        super(errno.text(), null, false, false);
        this.errno = errno;
    }

    Errno errno() {
        return errno;
    }
}
