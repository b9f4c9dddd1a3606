package io.kubeqat.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubeqat.sysfs.Errno;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.cryptomator.jfuse.api.DirFiller;
import org.cryptomator.jfuse.api.FileInfo;
import org.cryptomator.jfuse.api.FuseOperations;
import org.cryptomator.jfuse.api.Stat;

/// The simulator as FUSE operations. The kernel resolves links before it asks, so no path here has a link on the way.
///
/// jfuse cannot ask for direct I/O, hence two duties: the size in getattr must be true, because the page cache cuts a read there; and the modification time
/// must move with every change, because that is how the kernel finds out that its cache is stale (Linux `fs/fuse/inode.c`, `fuse_change_attributes`).
final class FuseFileSystem implements FuseOperations {
    private static final System.Logger LOG = System.getLogger(FuseFileSystem.class.getName());

    private static final int ACCESS_MODE = 3;
    private static final int WRITE_ONLY = 1;
    private static final int READ_WRITE = 2;

    private final Simulator simulator;
    private final Instant mountedAt;
    private final org.cryptomator.jfuse.api.Errno platformErrno;
    private final Map<Long, OpenFile> openFiles = new ConcurrentHashMap<>();
    private final AtomicLong lastHandle = new AtomicLong();

    /// A file whose reading acts, read once for each open, because the kernel needs its size before it asks for its content.
    private static final class OpenFile {
        private byte[] content;
        private boolean served;

        OpenFile(byte[] content) {
            this.content = content;
        }
    }

    /// @param platformErrno what jfuse's own default operations answer with
    FuseFileSystem(Simulator simulator, Instant mountedAt, org.cryptomator.jfuse.api.Errno platformErrno) {
        this.simulator = simulator;
        this.mountedAt = mountedAt;
        this.platformErrno = platformErrno;
    }

    @Override
    public org.cryptomator.jfuse.api.Errno errno() {
        return platformErrno;
    }

    @Override
    public Set<Operation> supportedOperations() {
        return EnumSet.of(
                Operation.GET_ATTR, Operation.READLINK, Operation.READ_DIR, Operation.OPEN, Operation.READ, Operation.WRITE, Operation.TRUNCATE,
                Operation.RELEASE, Operation.CREATE, Operation.MKDIR, Operation.UNLINK, Operation.RMDIR, Operation.SYMLINK, Operation.RENAME);
    }

    @Override
    public int getattr(String path, Stat stat, FileInfo file) {
        return answer(Requests.Kind.GETATTR, path, () -> {
            simulator.look(relative(path), false, found -> {
                describe(found.node(), stat);
                return found;
            });
            return 0;
        });
    }

    private void describe(Node node, Stat stat) {
        stat.setMode(mode(node));
        stat.setNLink((short) (node instanceof Directory ? 2 : 1));
        stat.setSize(switch (node) {
            case Directory _ -> 0;
            case Link link -> link.target().length();
            case Attribute attribute -> attribute.size();
        });
        boolean acts = node instanceof Attribute attribute && attribute.readingActs();
        Instant changed = acts ? Instant.now() : mountedAt.plusNanos(simulator.changes());
        stat.aTime().set(changed);
        stat.mTime().set(changed);
        stat.cTime().set(changed);
    }

    private static int mode(Node node) {
        return switch (node) {
            case Directory directory -> Stat.S_IFDIR | directory.mode();
            case Link _ -> Stat.S_IFLNK | 0777;
            case Attribute attribute -> Stat.S_IFREG | attribute.mode();
        };
    }

    @Override
    public int readlink(String path, ByteBuffer buffer, long length) {
        return answer(Requests.Kind.READLINK, path, () -> {
            byte[] target = simulator.look(relative(path), false, found -> switch (found.node()) {
                case Link link -> link.target().getBytes(UTF_8);
                case Directory _, Attribute _ -> throw new KernelError(Errno.EINVAL);
            });
            buffer.put(target, 0, (int) Math.min(target.length, length - 1)).put((byte) 0);
            return 0;
        });
    }

    @Override
    public int readdir(String path, DirFiller filler, long offset, FileInfo file, int flags) {
        return answer(Requests.Kind.READDIR, path, () -> {
            Map<String, Node> entries = simulator.look(relative(path), false, found -> switch (found.node()) {
                case Directory directory -> Map.copyOf(directory.entries());
                case Attribute _, Link _ -> throw new KernelError(Errno.ENOTDIR);
            });
            try {
                filler.fill(".");
                filler.fill("..");
                for (Map.Entry<String, Node> entry : entries.entrySet()) {
                    filler.fill(entry.getKey(), stat -> stat.setMode(mode(entry.getValue())));
                }
            } catch (IOException _) {
                // The filler refuses only when libfuse cannot get memory for the list.
                throw new KernelError(Errno.ENOMEM);
            }
            return 0;
        });
    }

    /// Missing `show` or `store` stops root too; O_TRUNC, which every `echo 8 > file` brings, means nothing to an attribute.
    @Override
    public int open(String path, FileInfo file) {
        return answer(Requests.Kind.OPEN, path, () -> {
            Attribute attribute = attribute(path);
            int access = file.getFlags() & ACCESS_MODE;
            boolean reads = access != WRITE_ONLY;
            boolean writes = access == WRITE_ONLY || access == READ_WRITE;
            if (reads && !attribute.readable() || writes && !attribute.writable()) {
                throw new KernelError(Errno.EACCES);
            }
            if (reads && attribute.readingActs()) {
                long handle = lastHandle.incrementAndGet();
                openFiles.put(handle, new OpenFile(simulator.read(relative(path))));
                file.setFh(handle);
            }
            return 0;
        });
    }

    @Override
    public int read(String path, ByteBuffer buffer, long count, long offset, FileInfo file) {
        return answer(Requests.Kind.READ, path, () -> {
            OpenFile openFile = openFiles.get(file.getFh());
            byte[] content = openFile == null ? simulator.read(relative(path)) : contentOf(openFile, path, offset);
            int length = (int) Math.clamp(content.length - offset, 0, count);
            if (length > 0) {
                buffer.put(content, (int) offset, length);
            }
            return length;
        });
    }

    /// Read from the start a second time, the file is a new question to the card.
    private byte[] contentOf(OpenFile openFile, String path, long offset) {
        synchronized (openFile) {
            if (offset == 0 && openFile.served) {
                openFile.content = simulator.read(relative(path));
            }
            openFile.served = true;
            return openFile.content;
        }
    }

    /// One write is one command; where in the file it lands (`>>`) means nothing to an attribute.
    @Override
    public int write(String path, ByteBuffer buffer, long count, long offset, FileInfo file) {
        return answer(Requests.Kind.WRITE, path, () -> {
            byte[] value = new byte[(int) count];
            buffer.get(value);
            simulator.write(relative(path), value);
            return value.length;
        });
    }

    @Override
    public int truncate(String path, long size, FileInfo file) {
        return answer(Requests.Kind.SETATTR, path, () -> {
            if (!attribute(path).writable()) {
                throw new KernelError(Errno.EACCES);
            }
            return 0;
        });
    }

    @Override
    public int release(String path, FileInfo file) {
        simulator.requests().count(Requests.Kind.RELEASE);
        openFiles.remove(file.getFh());
        return 0;
    }

    /// sysfs has no `create` operation, so the VFS answers EACCES; for the others it answers EPERM (Linux `fs/namei.c`).
    @Override
    public int create(String path, int mode, FileInfo file) {
        return -Errno.EACCES.number();
    }

    @Override
    public int mkdir(String path, int mode) {
        return -Errno.EPERM.number();
    }

    @Override
    public int unlink(String path) {
        return -Errno.EPERM.number();
    }

    @Override
    public int rmdir(String path) {
        return -Errno.EPERM.number();
    }

    @Override
    public int symlink(String target, String path) {
        return -Errno.EPERM.number();
    }

    @Override
    public int rename(String from, String to, int flags) {
        return -Errno.EPERM.number();
    }

    private Attribute attribute(String path) {
        return switch (simulator.find(relative(path), false).node()) {
            case Attribute attribute -> attribute;
            case Directory _ -> throw new KernelError(Errno.EISDIR);
            case Link _ -> throw new KernelError(Errno.ELOOP);
        };
    }

    private static String relative(String path) {
        return path.substring(1);
    }

    /// Nothing may be thrown into native code: that would end the process, and with it the mount.
    private int answer(Requests.Kind kind, String path, IntSupplier call) {
        simulator.requests().count(kind);
        try {
            return call.getAsInt();
        } catch (KernelError e) {
            return -e.errno().number();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the simulator failed on " + path + "; the program that asked gets \"" + Errno.EIO.text() + "\"", e);
            return -Errno.EIO.number();
        }
    }
}
