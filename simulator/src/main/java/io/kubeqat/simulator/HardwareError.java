package io.kubeqat.simulator;

import java.util.Locale;

/// What the files `qat_ras/errors_*` count.
public enum HardwareError {
    CORRECTABLE,
    NONFATAL,
    FATAL;

    String file() {
        return "errors_" + name().toLowerCase(Locale.ROOT);
    }
}
