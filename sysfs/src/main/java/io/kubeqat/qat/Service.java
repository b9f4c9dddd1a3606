package io.kubeqat.qat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A kind of work that a QAT card can be set up for, in the order in which newer kernels print them (Linux `adf_cfg_services.h`).
public enum Service {
    /// Public-key operations: what a TLS handshake needs.
    ASYM,
    /// Ciphers and hashes.
    SYM,
    /// Compression and decompression.
    DC,
    /// Decompression alone.
    DECOMP,
    /// Compression chained with hashing.
    DCC;

    /// {@return the kernel's spelling}
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// {@return the kernel's spellings of all services, in its order}
    public static List<String> texts() {
        return Arrays.stream(values()).map(Service::text).toList();
    }

    static Optional<Service> ofText(String text) {
        return Arrays.stream(values()).filter(service -> service.text().equals(text)).findFirst();
    }
}
