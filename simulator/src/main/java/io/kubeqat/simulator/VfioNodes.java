package io.kubeqat.simulator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The device nodes VFIO would make: `vfio/vfio`, and one for each group. They are null devices (1:3): they open, and answer ENOTTY to VFIO's ioctls.
final class VfioNodes implements VfioGroupListener, AutoCloseable {
    /// glibc's `makedev(1, 3)`.
    private static final int NULL_DEVICE = 0x103;

    private static final NativeMknod NATIVE = new NativeMknod();
    /// The kernel lets everyone open the container (drivers/vfio/container.c, `vfio_dev.mode`), and leaves a group to root (drivers/vfio/group.c, no mode).
    private static final int ALL_READ_AND_WRITE = 0666;
    private static final int ROOT_READ_AND_WRITE = 0600;

    private final Path directory;

    /// Makes `vfio/vfio` and takes away nodes that an earlier simulator left.
    ///
    /// @param dev the directory that stands for `/dev`
    VfioNodes(Path dev) {
        this.directory = dev.resolve("vfio");
        try {
            Files.createDirectories(directory);
            removeAll();
        } catch (IOException e) {
            throw failure("prepare " + directory, e);
        }
        makeNode("vfio", ALL_READ_AND_WRITE);
    }

    @Override
    public void appeared(String node) {
        makeNode(node, ROOT_READ_AND_WRITE);
    }

    @Override
    public void vanished(String node) {
        try {
            Files.deleteIfExists(directory.resolve(node));
        } catch (IOException e) {
            throw failure("remove " + directory.resolve(node), e);
        }
    }

    @Override
    public void close() {
        try {
            removeAll();
        } catch (IOException e) {
            throw failure("clear " + directory, e);
        }
    }

    /// Takes only null devices: a real VFIO node in the directory means that it is not ours.
    private void removeAll() throws IOException {
        List<Path> nodes;
        try (Stream<Path> files = Files.list(directory)) {
            nodes = files.toList();
        }
        for (Path node : nodes) {
            if (!Integer.valueOf(NULL_DEVICE).equals(((Number) Files.getAttribute(node, "unix:rdev")).intValue())) {
                throw new SimulatorException(ExitCode.BAD_CONFIGURATION,
                        node + " was not made by a simulator: give --dev a directory of its own");
            }
        }
        for (Path node : nodes) {
            Files.delete(node);
        }
    }

    private void makeNode(String name, int mode) {
        Path node = directory.resolve(name);
        int error = NATIVE.mknod(node, mode, NULL_DEVICE);
        if (error != 0) {
            throw new SimulatorException(ExitCode.PREFLIGHT_FAILED, "cannot make the device node " + node + " (error " + error
                    + " of mknod): run as root, with CAP_MKNOD, and on a file system not mounted nodev");
        }
    }

    private static SimulatorException failure(String action, Exception cause) {
        return new SimulatorException(ExitCode.PREFLIGHT_FAILED, "cannot " + action + ": " + cause.getMessage() + "; run as root, and give --dev a directory", cause);
    }
}
