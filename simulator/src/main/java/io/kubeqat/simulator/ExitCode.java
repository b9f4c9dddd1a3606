package io.kubeqat.simulator;

/// What `simulator` ends with.
enum ExitCode {
    /// Ended by SIGTERM or SIGINT, everything unmounted and removed.
    DONE(0),
    UNEXPECTED(1),
    /// An option or the scenario is wrong; nothing was mounted.
    BAD_CONFIGURATION(2),
    /// The machine lacks something: /dev/fuse, libfuse 3, the directory to mount on, the right to make device nodes.
    PREFLIGHT_FAILED(3),
    /// FUSE refused the mount, or the mount could not be taken away.
    MOUNT_FAILED(4);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
