package io.kubeqat.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds libfuse 3. The file without a version comes only with the development package, and the version differs between releases
/// (Debian 12: `libfuse3.so.3`, Debian 13: `libfuse3.so.4`), so the name cannot be left to the loader.
final class FuseLibrary {
    private static final List<Path> DIRECTORIES = Stream.of(
                    "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/local/lib", "/usr/lib", "/lib")
            .map(Path::of)
            .toList();

    private FuseLibrary() {}

    static Optional<Path> find() {
        return find(DIRECTORIES);
    }

    /// The newest library with a name like `libfuse3.so.3` in the first directory that has one.
    static Optional<Path> find(List<Path> directories) {
        return directories.stream().filter(Files::isDirectory).flatMap(directory -> newestIn(directory).stream()).findFirst();
    }

    /// Whether the library knows the option `max_threads`, as 3.12 and later do; the file behind the links is called after the release: `libfuse3.so.3.14.0`.
    static boolean limitsThreads(Path library) {
        try {
            String release = library.toRealPath().getFileName().toString().replaceFirst("libfuse3\\.so\\.3\\.(\\d+).*", "$1");
            return release.matches("\\d+") && Integer.parseInt(release) >= 12;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot follow " + library, e);
        }
    }

    private static Optional<Path> newestIn(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("libfuse3\\.so\\.\\d+"))
                    .max(Comparator.comparingInt(file -> Integer.parseInt(file.toString().replaceFirst(".*\\.", ""))));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }
}
