package io.kubeqat.testbed;

import static java.util.Objects.requireNonNull;

/// Something the person at the terminal can act on; the message says what, where, why and the next step.
public final class TestbedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    /// Of something that was seen here.
    ///
    /// @param exitCode what a command ends with
    /// @param message what, where, why, and the next step
    public TestbedException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = requireNonNull(exitCode, "exitCode is null");
    }

    /// Of something that another exception tells.
    ///
    /// @param exitCode what a command ends with
    /// @param message what, where, why, and the next step
    /// @param cause the other exception
    public TestbedException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = requireNonNull(exitCode, "exitCode is null");
    }

    /// {@return what a command ends with}
    public ExitCode exitCode() {
        return exitCode;
    }
}
