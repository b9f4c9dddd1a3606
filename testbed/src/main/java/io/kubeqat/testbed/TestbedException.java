package io.kubeqat.testbed;

import static java.util.Objects.requireNonNull;

/// Something the person at the terminal can act on; the message says what, where, why and the next step.
public final class TestbedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    public TestbedException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = requireNonNull(exitCode, "exitCode is null");
    }

    public TestbedException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = requireNonNull(exitCode, "exitCode is null");
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
