package io.kubeqat.simulator;

/// The simulator cannot start or go on. The message is one sentence with the next step; scenarios have one line for each problem.
final class SimulatorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    SimulatorException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    SimulatorException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
