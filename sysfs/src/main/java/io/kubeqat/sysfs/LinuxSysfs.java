package io.kubeqat.sysfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A [Sysfs] on a mounted tree: `/sys` itself, or whatever is mounted in its place.
public final class LinuxSysfs implements Sysfs {
    private final Path root;

    /// @param root the directory that stands for `/sys`; must exist
    public LinuxSysfs(Path root) {
        try {
            this.root = root.toRealPath();
        } catch (IOException e) {
            throw failure("open", root, e);
        }
    }

    @Override
    public String read(String path) {
        Path file = resolve("read", path);
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw failure("read", file, e);
        }
    }

    @Override
    public void write(String path, String value) {
        String action = "write \"" + value.strip() + "\" to";
        Path file = resolve(action, path);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw failure(action, file, e);
        }
    }

    @Override
    public List<String> list(String path) {
        Path directory = resolve("list", path);
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (UncheckedIOException e) {
            // The stream reads on while it is consumed, and a directory can vanish under it.
            throw failure("list", directory, e.getCause());
        } catch (IOException e) {
            throw failure("list", directory, e);
        }
    }

    @Override
    public Optional<String> link(String path) {
        Path link = root.resolve(path);
        if (!Files.isSymbolicLink(link)) {
            return Optional.empty();
        }
        return Optional.of(root.relativize(resolve("follow", path)).toString());
    }

    @Override
    public boolean exists(String path) {
        try {
            return root.resolve(path).toRealPath().startsWith(root);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return false;
        } catch (FileSystemException e) {
            if (Errno.ENOTDIR.text().equals(e.getReason())) {
                return false;
            }
            throw failure("look for", root.resolve(path), e);
        } catch (IOException e) {
            throw failure("look for", root.resolve(path), e);
        }
    }

    @Override
    public boolean writable(String path) {
        return exists(path) && Files.isWritable(root.resolve(path));
    }

    @Override
    public String describe(String path) {
        return root.resolve(path).toString();
    }

    /// The file behind every link, or a refusal: a link that leaves the root would let a crafted tree make us write elsewhere.
    private Path resolve(String action, String path) {
        Path file = root.resolve(path);
        try {
            Path real = file.toRealPath();
            if (!real.startsWith(root)) {
                throw new SysfsException(action, file + " (it leads out of " + root + " to " + real + ")", Errno.ELOOP);
            }
            return real;
        } catch (IOException e) {
            throw failure(action, file, e);
        }
    }

    private static SysfsException failure(String action, Path path, IOException e) {
        Errno errno = switch (e) {
            case NoSuchFileException _ -> Errno.ENOENT;
            case AccessDeniedException _ -> Errno.EACCES;
            case NotDirectoryException _ -> Errno.ENOTDIR;
            case FileSystemException f when f.getReason() != null -> Errno.ofText(f.getReason());
            // A write or read on an open channel fails with the C library's text alone.
            default -> Errno.ofText(String.valueOf(e.getMessage()));
        };
        SysfsException failure = new SysfsException(action, path.toString(), errno);
        failure.initCause(e);
        return failure;
    }
}
