package io.kubeqat.deviceplugin;

/// What the process ends with; node-setup uses the same numbers. A signal ends it with 128 plus the signal's number, as usual.
enum ExitCode {
    DONE(0),
    UNEXPECTED(1),
    BAD_CONFIGURATION(2),
    PREFLIGHT_FAILED(3);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
