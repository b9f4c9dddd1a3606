package io.kubeqat.verify.chain;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The verdict of the engine, in the words of `qat-preflight`.
public enum Acceleration {
    /// A VF computes.
    HW,
    /// The CPU's AVX-512 computes.
    SW,
    /// Plain OpenSSL.
    NONE;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Acceleration> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }
}
