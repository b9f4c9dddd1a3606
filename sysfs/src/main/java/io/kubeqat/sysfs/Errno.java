package io.kubeqat.sysfs;

import java.util.Arrays;

/// The kernel's error numbers that the PCI, VFIO and QAT files answer with (Linux `include/uapi/asm-generic/errno-base.h`, `errno.h`).
public enum Errno {
    /// Not allowed now, whoever asks: the driver's answer while telemetry is switched off.
    EPERM(1, "Operation not permitted"),
    /// The file, device or driver is not there.
    ENOENT(2, "No such file or directory"),
    /// The hardware did not answer; also what an unknown answer is taken for.
    EIO(5, "Input/output error"),
    /// The kernel has no memory left for it.
    ENOMEM(12, "Cannot allocate memory"),
    /// The mode bits, or a security module, refuse it.
    EACCES(13, "Permission denied"),
    /// In use: VFs exist already, a driver holds the device, or the card is being reset.
    EBUSY(16, "Device or resource busy"),
    /// It is there already, such as an id that a driver was given before.
    EEXIST(17, "File exists"),
    /// The driver does not take the device, or the device has left the bus.
    ENODEV(19, "No such device"),
    /// A part of the path that should be a directory is none.
    ENOTDIR(20, "Not a directory"),
    /// A directory was opened as a file.
    EISDIR(21, "Is a directory"),
    /// The value is none that the file takes, or takes now.
    EINVAL(22, "Invalid argument"),
    /// No room left, such as for bus numbers of VFs.
    ENOSPC(28, "No space left on device"),
    /// `/sys` is mounted read-only.
    EROFS(30, "Read-only file system"),
    /// The number is out of range, such as more VFs than the card can have.
    ERANGE(34, "Numerical result out of range"),
    /// Links that go round in a circle, or out of the tree ([LinuxSysfs]).
    ELOOP(40, "Too many levels of symbolic links"),
    /// The driver has no such function.
    EOPNOTSUPP(95, "Operation not supported"),
    /// The hardware took too long.
    ETIMEDOUT(110, "Connection timed out");

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /// {@return the positive number, as in the kernel's header}
    public int number() {
        return number;
    }

    /// {@return the C library's English text for the number, which is also how Java reports it}
    public String text() {
        return text;
    }

    /// The number behind the C library's text; [#EIO] for a text this table does not have.
    static Errno ofText(String text) {
        return Arrays.stream(values()).filter(errno -> errno.text.equals(text)).findFirst().orElse(EIO);
    }
}
