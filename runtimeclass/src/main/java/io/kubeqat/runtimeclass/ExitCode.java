package io.kubeqat.runtimeclass;

/// What `kata-config` ends with.
enum ExitCode {
    FINE(0),
    /// Something in the configuration keeps a VF from the containers.
    PROBLEMS(1),
    /// Wrong usage, or a file that cannot be read or is no TOML.
    USAGE(2);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
