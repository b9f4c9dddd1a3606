package io.kubeqat.kernelconfig;

import java.nio.file.Path;

/// One line of a fragment: the value that a symbol is to have.
///
/// @param symbol the name without `CONFIG_`
/// @param value `y`, `m`, `n` for "is not set", or a number or text as it stands in the file
/// @param reason the comment above it
/// @param fragment the file it stands in
/// @param line where, from 1
record Request(String symbol, String value, String reason, Path fragment, int line) {
    /// `guest/boot.conf:12`: how a message points to it.
    String place() {
        return fragment.getParent().getFileName() + "/" + fragment.getFileName() + ":" + line;
    }

    /// As Kconfig writes it.
    String text() {
        return value.equals("n") ? "# CONFIG_" + symbol + " is not set" : "CONFIG_" + symbol + "=" + value;
    }
}
