package io.kubeqat.simulator;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import org.cryptomator.jfuse.api.Fuse;
import org.cryptomator.jfuse.api.FuseBuilder;
import org.cryptomator.jfuse.api.FuseMountFailedException;

/// The simulator, mounted; closing unmounts.
public final class Mount implements AutoCloseable {
    private static final Path DEVICE = Path.of("/dev/fuse");
    /// No cache may outlive a write, and containers, whose users are others, must get in; who may open what is decided by the mode bits, as in `/sys`.
    private static final String OPTIONS = "allow_other,default_permissions,attr_timeout=0,entry_timeout=0,negative_timeout=0,fsname=qat-simulator";

    private final Fuse fuse;
    private final Path directory;

    private Mount(Fuse fuse, Path directory) {
        this.fuse = fuse;
        this.directory = directory;
    }

    /// Mounts; the tree can be read when this returns. Only root may, because other users' processes are to see the mount.
    ///
    /// @param directory an existing directory
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
            fuse.mount("simulator", directory, "-o", OPTIONS);
        } catch (FuseMountFailedException e) {
            throw new SimulatorException(ExitCode.MOUNT_FAILED,
                    "cannot mount on " + directory + " (" + e.getMessage() + "): run as root, and see whether something is mounted there already (findmnt "
                            + directory + ")", e);
        }
        return new Mount(fuse, directory);
    }

    @Override
    public void close() {
        try {
            fuse.close();
        } catch (TimeoutException e) {
            throw new SimulatorException(ExitCode.MOUNT_FAILED, "cannot unmount " + directory + ": " + e.getMessage() + "; run umount -l " + directory, e);
        }
    }
}
