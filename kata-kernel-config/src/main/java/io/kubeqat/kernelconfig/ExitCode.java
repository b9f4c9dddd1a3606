package io.kubeqat.kernelconfig;

import java.util.Arrays;
import java.util.stream.Collectors;

/// What `kernel-config` ends with.
enum ExitCode {
    FINE(0, "everything that was asked for is there"),
    PROBLEMS(1, "something is missing or wrong; each line says what and why"),
    USAGE(2, "wrong usage, or a file that cannot be read; nothing was checked"),
    FAILED(3, "the kernel's tools could not be run; nothing was checked");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    int number() {
        return number;
    }

    static String footer() {
        return "Exit codes:%n" + Arrays.stream(values()).map(code -> "  " + code.number + "  " + code.meaning).collect(Collectors.joining("%n"));
    }
}
