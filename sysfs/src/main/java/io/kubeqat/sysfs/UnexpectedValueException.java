package io.kubeqat.sysfs;

import static java.util.Objects.requireNonNull;

/// A file below `/sys` holds something else than the kernel's ABI promises.
public final class UnexpectedValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /// Makes the message of the parts: `cannot understand "x" in /sys/…: expected a number`.
    ///
    /// @param path the file, with the root in front ([Sysfs#describe])
    /// @param value what it holds
    /// @param why what is wrong with it, in words that fit after a colon: `expected a number`
    public UnexpectedValueException(String path, String value, String why) {
        super("cannot understand \"" + value + "\" in " + path + ": " + why);
        this.path = requireNonNull(path, "path is null");
    }

    /// {@return the file, with the root in front}
    public String path() {
        return path;
    }
}
