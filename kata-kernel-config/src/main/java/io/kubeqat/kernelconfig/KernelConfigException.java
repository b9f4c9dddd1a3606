package io.kubeqat.kernelconfig;

/// Ends the command with a sentence for the person at the terminal, and an exit code.
final class KernelConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode code;

    KernelConfigException(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
