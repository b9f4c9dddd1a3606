package io.kubeqat.testbed;

/// What `testbed` ends with. `testbed kubectl` and `testbed exec` end with the exit code of what they ran.
public enum ExitCode {
    /// What was asked for was done.
    DONE(0),
    /// A defect of the testbed.
    UNEXPECTED(1),
    /// An option or argument is wrong; nothing was done.
    USAGE(2),
    /// The machine lacks something; each lack is one sentence.
    PREFLIGHT_FAILED(3),
    /// The parts could not be built, or the node did not come up or go down.
    CLUSTER_FAILED(4),
    /// No cluster of this name runs.
    NOT_RUNNING(5);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /// {@return the number that the shell sees}
    public int number() {
        return number;
    }
}
