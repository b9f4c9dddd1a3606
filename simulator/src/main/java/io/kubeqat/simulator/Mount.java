package io.kubeqat.simulator;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cryptomator.jfuse.api.Fuse;
import org.cryptomator.jfuse.api.FuseBuilder;
import org.cryptomator.jfuse.api.FuseMountFailedException;

/// The simulator, mounted; closing unmounts.
public final class Mount implements AutoCloseable {
    private static final Path DEVICE = Path.of("/dev/fuse");
    /// No cache may outlive a write, and containers, whose users are others, must get in; who may open what is decided by the mode bits, as in `/sys`.
    private static final String OPTIONS = "allow_other,default_permissions,attr_timeout=0,entry_timeout=0,negative_timeout=0,fsname=qat-simulator";

    /// A write that unbinds an open device waits in one of these; with libfuse's own 10, a script that unbinds the 16 VFs of a card at once would stop the mount.
    private static final String MANY_THREADS = ",max_threads=256";

    private final Fuse fuse;
    private final Path directory;
    private final FileChannel openFile;

    private Mount(Fuse fuse, Path directory, FileChannel openFile) {
        this.fuse = fuse;
        this.directory = directory;
        this.openFile = openFile;
    }

    /// Mounts; the tree can be read when this returns. Only root may, because other users' processes are to see the mount.
    ///
    /// @param directory an existing directory
    /// @param simulator what to show there
    /// @return the mount, which a program should close before it ends
    /// @throws RuntimeException with one sentence that says what the machine lacks
    public static Mount on(Path directory, Simulator simulator) {
        if (!Files.exists(DEVICE)) {
            throw new SimulatorException(ExitCode.PREFLIGHT_FAILED,
                    "there is no " + DEVICE + ": load the kernel module fuse (modprobe fuse), or give the container the device");
        }
        if (!Files.isDirectory(directory)) {
            throw new SimulatorException(ExitCode.PREFLIGHT_FAILED, "cannot mount on " + directory + ": it is no directory; make it with mkdir -p " + directory);
        }
        Path library = FuseLibrary.find()
                .orElseThrow(() -> new SimulatorException(ExitCode.PREFLIGHT_FAILED, "libfuse 3 is not installed: apt-get install libfuse3-3 (Debian 13: libfuse3-4)"));
        FuseBuilder builder = Fuse.builder();
        builder.setLibraryPath(library.toString());
        Fuse fuse = builder.build(new FuseFileSystem(simulator, Instant.now(), builder.errno()));
        try {
            fuse.mount("simulator", directory, "-o", FuseLibrary.limitsThreads(library) ? OPTIONS + MANY_THREADS : OPTIONS);
        } catch (FuseMountFailedException e) {
            throw new SimulatorException(ExitCode.MOUNT_FAILED,
                    "cannot mount on " + directory + " (" + e.getMessage() + "): run as root, and see whether something is mounted there already (findmnt "
                            + directory + ")", e);
        }
        Path file = directory.resolve("bus/pci/drivers_autoprobe");
        try {
            // The first close of a file asks the file system for a flush; told once that there is none, the kernel never asks again (Linux
            // fs/fuse/file.c, fuse_flush). Unless it knows, a kill -9 hangs for ever: the dying process closes its openFile and waits for its own answer.
            Files.readAllBytes(file);
            return new Mount(fuse, directory, FileChannel.open(file, StandardOpenOption.READ));
        } catch (IOException e) {
            throw new SimulatorException(ExitCode.MOUNT_FAILED,
                    "the tree on " + directory + " was mounted but cannot be read (" + e + "); run umount -l " + directory, e);
        }
    }

    /// Unmounts, also where bind mounts of the tree exist (they answer ENOTCONN from then on). libfuse's threads sleep in a read of `/dev/fuse`. That read ends
    /// by itself only when the last mount goes; so, once libfuse was told to end, questions to a file still open wake one of them, and it ends the rest.
    @Override
    public void close() {
        CountDownLatch unmounted = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("wake-fuse").start(() -> wakeUntil(unmounted));
        try {
            fuse.close();
            unmounted.countDown();
            openFile.close();
        } catch (TimeoutException e) {
            throw new SimulatorException(ExitCode.MOUNT_FAILED, "cannot unmount " + directory + ": " + e.getMessage() + "; run umount -l " + directory, e);
        } catch (IOException _) {
            // The file's file system has just gone: ENOTCONN is what its close is to give.
        } finally {
            unmounted.countDown();
        }
    }

    private void wakeUntil(CountDownLatch unmounted) {
        try {
            while (!unmounted.await(20, TimeUnit.MILLISECONDS)) {
                openFile.size();
            }
        } catch (IOException _) {
            // No answer any more: libfuse has ended.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
