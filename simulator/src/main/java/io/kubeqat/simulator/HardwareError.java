package io.kubeqat.simulator;

import java.util.Locale;

/// What the files `qat_ras/errors_*` count.
public enum HardwareError {
    /// Corrected by the hardware, and without effect.
    CORRECTABLE,
    /// What was worked on is lost, the card goes on.
    NONFATAL,
    /// The card has to be reset.
    FATAL;

    String file() {
        return "errors_" + name().toLowerCase(Locale.ROOT);
    }
}
