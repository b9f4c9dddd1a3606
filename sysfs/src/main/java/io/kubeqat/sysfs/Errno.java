package io.kubeqat.sysfs;

import java.util.Arrays;

/// The kernel's error numbers that the PCI, VFIO and QAT files answer with (Linux `include/uapi/asm-generic/errno-base.h`, `errno.h`).
public enum Errno {
    EPERM(1, "Operation not permitted"),
    ENOENT(2, "No such file or directory"),
    EIO(5, "Input/output error"),
    ENOMEM(12, "Cannot allocate memory"),
    EACCES(13, "Permission denied"),
    EBUSY(16, "Device or resource busy"),
    EEXIST(17, "File exists"),
    ENODEV(19, "No such device"),
    ENOTDIR(20, "Not a directory"),
    EISDIR(21, "Is a directory"),
    EINVAL(22, "Invalid argument"),
    ENOSPC(28, "No space left on device"),
    EROFS(30, "Read-only file system"),
    ERANGE(34, "Numerical result out of range"),
    ELOOP(40, "Too many levels of symbolic links"),
    EOPNOTSUPP(95, "Operation not supported"),
    ETIMEDOUT(110, "Connection timed out");

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /// The positive number, as in the kernel's header.
    public int number() {
        return number;
    }

    /// The C library's English text for the number, which is also how Java reports it.
    public String text() {
        return text;
    }

    /// The number behind the C library's text; [#EIO] for a text this table does not have.
    static Errno ofText(String text) {
        return Arrays.stream(values()).filter(errno -> errno.text.equals(text)).findFirst().orElse(EIO);
    }
}
