package io.kubeqat.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What a cluster needs of the host, looked at once.
///
/// @param missingPrograms of those in [#PROGRAMS]
/// @param freeBytes where the clusters' folders are
record HostFacts(boolean root, boolean linuxOnX8664, boolean fuse, Set<String> missingPrograms, Path stateRoot, long freeBytes) {
    /// `go` and `mmdebstrap` build the parts, the others start the node.
    static final List<String> PROGRAMS = List.of("go", "mmdebstrap", "bash", "setsid", "setpriv", "unshare", "nsenter", "pivot_root", "findmnt", "flock");

    HostFacts {
        missingPrograms = Set.copyOf(missingPrograms);
    }

    static HostFacts read(Path stateRoot, String searchPath) {
        Set<String> missing = new LinkedHashSet<>(PROGRAMS);
        missing.removeIf(program -> Stream.of(searchPath.split(":"))
                .filter(folder -> !folder.isBlank())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program))));
        Path existing = stateRoot;
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            return new HostFacts(
                    Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                    System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                    Files.exists(Path.of("/dev/fuse")),
                    missing,
                    stateRoot,
                    Files.getFileStore(existing).getUsableSpace());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + existing, e);
        }
    }
}
