package io.kubeqat.sysfs;

import java.util.List;
import java.util.Optional;

/// A tree that behaves like `/sys`: the kernel's own ([LinuxSysfs]) or a simulated one.
///
/// Paths are relative to the root and written with `/`, without a leading one: `bus/pci/devices/0000:4b:00.0/vendor`. Symbolic links on the way
/// are followed as long as they stay below the root. Every failure is a [SysfsException] that names the operation, the path and the kernel's answer.
public interface Sysfs {

    /// The whole content of a file, as the kernel gave it: nothing trimmed, NUL bytes included.
    ///
    /// @param path the file
    /// @return its bytes as ISO 8859-1
    /// @throws SysfsException when it cannot be read; [Errno#ENOENT] if it is not there
    String read(String path);

    /// Hands `value` to the kernel in one `write(2)`, because sysfs takes each write as one command. Never creates or truncates.
    ///
    /// @param path the file
    /// @param value what to write; a line's end is not needed
    /// @throws SysfsException with the kernel's answer when it refuses
    void write(String path, String value);

    /// The names in a directory, sorted.
    ///
    /// @param path the directory, or a link to it
    /// @return names without a path
    /// @throws SysfsException when it cannot be listed; [Errno#ENOENT] if it is not there
    List<String> list(String path);

    /// Where a symbolic link points, as a path below the root with no link left in it.
    ///
    /// @param path the link
    /// @return its target; empty where the directory has no such link
    /// @throws SysfsException when it leads out of the tree ([Errno#ELOOP]) or to nothing, or when not even its directory is there ([Errno#ENOENT])
    Optional<String> link(String path);

    /// Whether there is a file, directory or link whose target exists below the root.
    ///
    /// @param path what to look for
    /// @return whether it is there
    /// @throws SysfsException when that cannot be told
    boolean exists(String path);

    /// Whether mount and mode let a write to the file through; the kernel may still refuse the value.
    ///
    /// @param path the file
    /// @return false also where it is not there
    default boolean writable(String path) {
        return exists(path);
    }

    /// `path` with the root in front, as an operator would type it: for messages, never to open.
    ///
    /// @param path a path of this tree
    /// @return such as `/sys/bus/pci/devices`
    default String describe(String path) {
        return "/sys/" + path;
    }
}
