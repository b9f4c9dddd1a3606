package io.kubeqat.sysfs;

import io.kubeqat.sysfs.OpenDirectories.Place;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// A [Sysfs] on a mounted tree: `/sys` itself, or whatever is mounted in its place.
public final class LinuxSysfs implements Sysfs {
    private static final int PAGE = 4096;
    /// So much of a file comes in one read: of sysfs all, which is at most a page; of debugfs a page but for the record that does not fit in any more (Linux
    /// `fs/seq_file.c`, `seq_read_iter`), and those are lines. To ask once more for the end doubles the price of a small file.
    private static final int WHOLE = PAGE / 2;
    /// Linux `include/linux/namei.h`, MAXSYMLINKS.
    private static final int MAX_LINKS = 40;
    private final Path root;
    private final String prefix;
    private final Map<String, Path> directories = new ConcurrentHashMap<>();
    private final int mostDirectories;
    private final OpenDirectories open;
    private volatile Path directoryOfLinks;
    private final RepeatedWrites repeatedWrites = new RepeatedWrites();

    /// For a program that reads the node and ends: the directories of the cards and VFs of a large node stay open. Reads nothing yet but where the root is.
    ///
    /// @param root the directory that stands for `/sys`; must exist
    /// @throws SysfsException if it does not
    public LinuxSysfs(Path root) {
        this(root, 1024, 192);
    }

    /// For a program that stays: what is known of a VF is of use while that VF is read, and of a card while it is looked at again and again. More directories than those of a few
    /// cards would be memory for nothing, half a MiB for a hundred. Reads nothing yet but where the root is.
    ///
    /// @param root the directory that stands for `/sys`; must exist
    /// @return what stands for it
    /// @throws SysfsException if it does not
    public static LinuxSysfs sparing(Path root) {
        return new LinuxSysfs(root, 128, 32);
    }

    private LinuxSysfs(Path root, int mostDirectories, int mostOpen) {
        this.mostDirectories = mostDirectories;
        try {
            this.root = root.toRealPath();
        } catch (IOException e) {
            throw failure("open", root, e);
        }
        this.prefix = this.root.getNameCount() == 0 ? "/" : this.root + "/";
        this.open = new OpenDirectories(this.root, mostOpen);
    }

    @Override
    public String read(String path) {
        Path file = root.resolve(path);
        try (FileChannel channel = open("read", path, StandardOpenOption.READ)) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(2 * PAGE);
            int length;
            do {
                length = channel.read(buffer.clear());
                content.write(buffer.array(), 0, Math.max(0, length));
            } while (length > WHOLE);
            return content.toString(StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw failure("read", reached(file), e);
        }
    }

    @Override
    public void write(String path, String value) {
        String action = "write \"" + value.strip() + "\" to";
        ByteBuffer bytes = ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1));
        try {
            repeatedWrites.write(path, bytes, () -> open(action, path, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw failure(action, reached(root.resolve(path)), e);
        }
    }

    @Override
    public List<String> list(String path) {
        Optional<Place> known = path.contains("..") ? Optional.empty() : real(path, 0);
        if (known.isPresent()) {
            try {
                return open.names(known.orElseThrow().directory());
            } catch (IOException _) {
                directories.remove(path);
            }
        }
        Path directory = resolve("list", path);
        try {
            return names(directory);
        } catch (IOException e) {
            throw failure("list", directory, e);
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (UncheckedIOException e) {
            // The stream reads on while it is consumed, and a directory can vanish under it.
            throw e.getCause();
        }
    }

    @Override
    public Optional<String> link(String path) {
        if (isNoLink(path)) {
            return Optional.empty();
        }
        Optional<Place> target = directory(path).flatMap(place -> linked(place.directory(), name(path))).flatMap(to -> real(to, 1));
        if (target.isPresent()) {
            return target.map(place -> belowRoot(place.directory()));
        }
        Path link = root.resolve(path);
        if (Files.isSymbolicLink(link)) {
            return Optional.of(root.relativize(resolve("follow", path)).toString());
        }
        resolve("look for a link in", parent(path));
        return Optional.empty();
    }

    @Override
    public boolean exists(String path) {
        if (directory(path).filter(place -> isThere(place.directory().resolve(name(path)))).isPresent()) {
            return true;
        }
        try {
            return Files.exists(root.resolve(path)) && root.resolve(path).toRealPath().startsWith(root);
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

    private static boolean isThere(Path file) {
        try {
            return !Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isSymbolicLink();
        } catch (IOException _) {
            return false;
        }
    }

    /// Opens the file and writes nothing, which is no command to the kernel; `access(2)` would not know a file without a `store`.
    @Override
    public boolean writable(String path) {
        try (FileChannel _ = open("open", path, StandardOpenOption.WRITE)) {
            return true;
        } catch (SysfsException | IOException _) {
            return false;
        }
    }

    @Override
    public String describe(String path) {
        return root.resolve(path).toString();
    }

    /// Opens a file. The quick way goes to the directory known from before and through no link from there; where that fails, because the directory has gone or
    /// the name is a link, the way is followed anew.
    private FileChannel open(String action, String path, StandardOpenOption option) throws IOException {
        Optional<Place> place = directory(path);
        if (place.isPresent()) {
            try {
                return open.file(place.orElseThrow(), name(path), option);
            } catch (NoSuchFileException e) {
                throw failure(action, place.orElseThrow().directory().resolve(name(path)), e);
            } catch (IOException _) {
                directories.remove(parent(path));
            }
        }
        Path file = resolve(action, path);
        try {
            return FileChannel.open(file, option);
        } catch (IOException e) {
            throw failure(action, file, e);
        }
    }

    /// Whether something else than a link is at the end of a path, or nothing; false where the quick way to it fails (see [#open]).
    private boolean isNoLink(String path) {
        Optional<Place> place = directory(path).filter(_ -> !name(path).isEmpty());
        if (place.isEmpty()) {
            return false;
        }
        try {
            return !open.attributes(place.orElseThrow(), name(path)).isSymbolicLink();
        } catch (NoSuchFileException _) {
            return true;
        } catch (IOException _) {
            directories.remove(parent(path));
            return false;
        }
    }

    /// The directory in which the last part of the path is, without a link on the way and below the root; empty where there is none such.
    ///
    /// A directory of sysfs has many files and lies behind several links, and each look at each part of a path is a question to the file system: with a
    /// mounted simulator, that is nearly all the time there is.
    private Optional<Place> directory(String path) {
        return path.contains("..") ? Optional.empty() : real(parent(path), 0);
    }

    /// The place below the root that a path leads to, found part by part, each part once; empty where only [#resolve] can tell, or refuse.
    private Optional<Place> real(String path, int links) {
        if (path.isEmpty()) {
            return Optional.of(new Place(root, false));
        }
        Path known = directories.get(path);
        if (known != null || links > MAX_LINKS) {
            return Optional.ofNullable(known).map(directory -> new Place(directory, false));
        }
        Optional<Place> parent = real(parent(path), links);
        if (parent.isEmpty()) {
            return Optional.empty();
        }
        Path directory = parent.orElseThrow().directory();
        String name = name(path);
        Path file = directory.resolve(name);
        // What is asked first decides how many questions there are: where one entry is a link, as in bus/pci/devices, the others are links, too.
        Optional<Place> real = Optional.empty();
        if (!directory.equals(directoryOfLinks) && open.isDirectory(file)) {
            real = Optional.of(new Place(file, true));
        } else {
            try {
                real = below(directory, open.link(directory, name)).flatMap(target -> real(target, links + 1));
                directoryOfLinks = directory;
            } catch (NotLinkException _) {
                real = Optional.of(new Place(file, false));
            } catch (IOException _) {
                // Nothing of this name.
            }
        }
        real.ifPresent(place -> remember(path, place.directory()));
        return real;
    }

    private Optional<String> linked(Path directory, String name) {
        try {
            return below(directory, Files.readSymbolicLink(directory.resolve(name)).toString());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Where a link with this text leads, as a path below the root; empty where it leads out of it, or climbs after it went down, which may pass another link.
    ///
    /// With texts and not with paths, which are taken apart anew for each question: a node's many links are read by a program that has just started.
    private Optional<String> below(Path directory, String text) {
        String from = belowRoot(directory);
        String to = text;
        while (to.startsWith("../") && !from.isEmpty()) {
            from = parent(from);
            to = to.substring("../".length());
        }
        boolean plain = !to.startsWith("/") && !to.startsWith(".") && !to.contains("/.");
        return plain ? Optional.of(from.isEmpty() ? to : from + "/" + to) : Optional.empty();
    }

    private String belowRoot(Path directory) {
        return directory.equals(root) ? "" : directory.toString().substring(prefix.length());
    }

    private void remember(String path, Path real) {
        if (directories.size() >= mostDirectories) {
            directories.clear();
        }
        directories.put(path, real);
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// For messages: the file behind the links, as far as it can still be told.
    private static Path reached(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException _) {
            return file;
        }
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
        SysfsException failure = new SysfsException(action, path.toString(), errno(e));
        failure.initCause(e);
        return failure;
    }

    /// No switch over the types: that is compiled to something that is made when the program runs (see [io.kubeqat.pci.PciId#equals]).
    private static Errno errno(IOException e) {
        if (e instanceof NoSuchFileException) {
            return Errno.ENOENT;
        }
        if (e instanceof AccessDeniedException) {
            return Errno.EACCES;
        }
        if (e instanceof NotDirectoryException) {
            return Errno.ENOTDIR;
        }
        // A write or read on an open channel fails with the C library's text alone.
        return Errno.ofText(e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : String.valueOf(e.getMessage()));
    }
}
