package io.kubeqat.sysfs;

import static java.util.Objects.requireNonNull;

/// The kernel (or the simulator) refused an operation on a file below `/sys`.
public final class SysfsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final Errno errno;

    /// @param action what was tried, in words that fit after "cannot": `read`, `write "8" to`
    /// @param path the file, with the root in front, as an operator would type it
    /// @param errno the kernel's answer
    public SysfsException(String action, String path, Errno errno) {
        super("cannot " + action + " " + path + ": " + errno.text());
        this.path = requireNonNull(path, "path is null");
        this.errno = errno;
    }

    public String path() {
        return path;
    }

    public Errno errno() {
        return errno;
    }
}
