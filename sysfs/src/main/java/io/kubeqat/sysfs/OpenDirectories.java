package io.kubeqat.sysfs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Directories kept open, each opened from the one above it (`openat(2)`), so that no way to a file passes a link, and a file costs no question to the file
/// system for the parts of the path before its name.
///
/// In a directory that was removed nothing can be found any more, also when another of its name has come. So where nothing is found in one that was kept, it is
/// looked whether it is still there, and if not, the one of its name is opened; who has just opened it is spared that look. A `NoSuchFileException` thus speaks
/// of what was asked for; a directory that is not there is another `IOException`.
final class OpenDirectories {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path UNKNOWN = Path.of("");

    private final Path root;
    private final int most;
    private final Map<Path, Path> descriptors = new ConcurrentHashMap<>();
    private final LinkedHashMap<Path, SecureDirectoryStream<Path>> open = new LinkedHashMap<>(16, 0.75f, true);

    /// @param root a directory; every other one is below it
    /// @param most how many stay open; each has two file descriptors, because the JDK lists with a second one, and a buffer of 32 KiB (glibc `opendir`)
    OpenDirectories(Path root, int most) {
        this.root = root;
        this.most = most;
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask(SecureDirectoryStream<Path> directory) throws IOException;
    }

    /// A directory to ask.
    ///
    /// @param justOpened whether it was found by [#isDirectory] on behalf of the question, and not before
    record Place(Path directory, boolean justOpened) {}

    /// Opens a file that is no link.
    FileChannel file(Place place, String name, StandardOpenOption option) throws IOException {
        // The type that the JDK promises is made for file systems in archives; on Linux it is this one.
        return (FileChannel) in(place, stream -> stream.newByteChannel(Path.of(name), Set.of(option, LinkOption.NOFOLLOW_LINKS)));
    }

    /// What an entry is, itself and not what it may link to.
    BasicFileAttributes attributes(Place place, String name) throws IOException {
        return in(place, stream -> attributes(stream, Path.of(name)));
    }

    /// What is in a directory, by its entry in the one above: an open one can be listed only once, and shows what was there then.
    List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = open(directory)) {
            for (Path entry : entries) {
                // getFileName() would take the whole path apart, for each of a hundred names.
                String path = entry.toString();
                names.add(path.substring(path.lastIndexOf('/') + 1));
            }
        } catch (DirectoryIteratorException e) {
            // The stream reads on while it is consumed, and a directory can vanish under it.
            throw e.getCause();
        }
        names.sort(null);
        return names;
    }

    /// The text of a link on the way to a file.
    ///
    /// The JDK has no `readlinkat(2)`. In a directory with many links, as bus/pci/devices is, the way through its descriptor in `/proc` spares the questions for the
    /// parts of the path before the name. A descriptor can be closed meanwhile and be another one's, so it is looked at afterwards.
    String link(Path directory, String name) throws IOException {
        Optional<Path> descriptor = descriptor(directory);
        if (descriptor.isPresent()) {
            try {
                Path text = Files.readSymbolicLink(descriptor.orElseThrow().resolve(name));
                if (leadsTo(descriptor.orElseThrow(), directory)) {
                    return text.toString();
                }
            } catch (IOException _) {
                // The plain way tells whether it is the link or the descriptor that is not there.
            }
            descriptors.remove(directory);
        }
        return Files.readSymbolicLink(directory.resolve(name)).toString();
    }

    /// Empty for the first link of a directory, because a search pays only where there are more; and where `/proc` is not mounted.
    private Optional<Path> descriptor(Path directory) {
        Path known = descriptors.get(directory);
        if (known == null) {
            if (descriptors.size() >= most) {
                descriptors.clear();
            }
            descriptors.put(directory, UNKNOWN);
            return Optional.empty();
        }
        if (!known.equals(UNKNOWN)) {
            return Optional.of(known);
        }
        try {
            in(before(directory), stream -> stream);
            try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS, descriptor -> leadsTo(descriptor, directory))) {
                for (Path found : all) {
                    descriptors.put(directory, found);
                    return Optional.of(found);
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            // Without it goes, too.
        }
        return Optional.empty();
    }

    private static boolean leadsTo(Path descriptor, Path directory) {
        try {
            return Files.readSymbolicLink(descriptor).equals(directory);
        } catch (IOException _) {
            return false;
        }
    }

    /// Whether there is such a directory now, and no link in its place.
    boolean isDirectory(Path directory) {
        try {
            if (kept(directory).filter(kept -> !isThere(directory, kept)).isPresent()) {
                forget(directory);
            }
            in(before(directory), stream -> stream);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static Place before(Path directory) {
        return new Place(directory, false);
    }

    private <T> T in(Place place, Question<T> question) throws IOException {
        Path directory = place.directory();
        try {
            Optional<SecureDirectoryStream<Path>> kept = kept(directory);
            if (kept.isPresent()) {
                try {
                    return question.ask(kept.orElseThrow());
                } catch (NoSuchFileException e) {
                    if (place.justOpened() || isThere(directory, kept.orElseThrow())) {
                        throw e;
                    }
                    forget(directory);
                }
            }
            return question.ask(remember(directory, openOrFail(directory)));
        } catch (ClosedDirectoryStreamException e) {
            throw new IOException(directory + " was closed meanwhile", e);
        }
    }

    /// Whether the open directory is still the one of its name.
    private boolean isThere(Path directory, SecureDirectoryStream<Path> kept) {
        try {
            BasicFileAttributes now = directory.equals(root)
                    ? Files.readAttributes(root, BasicFileAttributes.class)
                    : attributes(before(directory.getParent()), directory.getFileName().toString());
            return now.fileKey().equals(kept.getFileAttributeView(BasicFileAttributeView.class).readAttributes().fileKey());
        } catch (IOException | ClosedDirectoryStreamException _) {
            return false;
        }
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return directory.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS).readAttributes();
    }

    private Optional<SecureDirectoryStream<Path>> kept(Path directory) {
        synchronized (open) {
            return Optional.ofNullable(open.get(directory));
        }
    }

    private void forget(Path directory) {
        SecureDirectoryStream<Path> stream;
        synchronized (open) {
            stream = open.remove(directory);
        }
        close(stream);
    }

    private SecureDirectoryStream<Path> openOrFail(Path directory) throws IOException {
        try {
            return secure(open(directory));
        } catch (NoSuchFileException e) {
            throw new IOException("there is no " + directory, e);
        }
    }

    private DirectoryStream<Path> open(Path directory) throws IOException {
        if (directory.equals(root)) {
            return Files.newDirectoryStream(root);
        }
        if (!directory.startsWith(root)) {
            throw new IOException(directory + " is not below " + root);
        }
        return in(before(directory.getParent()), stream -> stream.newDirectoryStream(directory.getFileName(), LinkOption.NOFOLLOW_LINKS));
    }

    /// On Linux every directory stream is one.
    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new NotDirectoryException("a directory that openat(2) takes");
    }

    private SecureDirectoryStream<Path> remember(Path directory, SecureDirectoryStream<Path> opened) {
        SecureDirectoryStream<Path> superfluous = null;
        SecureDirectoryStream<Path> kept;
        synchronized (open) {
            kept = open.putIfAbsent(directory, opened);
            if (kept != null) {
                superfluous = opened;
            } else if (open.size() > most) {
                superfluous = open.pollFirstEntry().getValue();
            }
        }
        close(superfluous);
        return kept == null ? opened : kept;
    }

    private static void close(SecureDirectoryStream<Path> stream) {
        if (stream == null) {
            return;
        }
        try {
            stream.close();
        } catch (IOException _) {
            // The descriptor is gone all the same, and nothing was written through it.
        }
    }
}
