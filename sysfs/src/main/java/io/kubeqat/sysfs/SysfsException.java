package io.kubeqat.sysfs;

import static java.util.Objects.requireNonNull;

/// The kernel (or the simulator) refused an operation on a file below `/sys`.
public final class SysfsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final Errno errno;

    /// Makes the message of the parts: `cannot read /sys/…: No such file or directory`.
    ///
    /// @param action what was tried, in words that fit after "cannot": `read`, `write "8" to`
    /// @param path the file, with the root in front, as an operator would type it
    /// @param errno the kernel's answer
    public SysfsException(String action, String path, Errno errno) {
        super("cannot " + action + " " + path + ": " + errno.text());
        this.path = requireNonNull(path, "path is null");
        this.errno = errno;
    }

    /// {@return the file, with the root in front}
    public String path() {
        return path;
    }

    /// {@return the kernel's answer}
    public Errno errno() {
        return errno;
    }
}
