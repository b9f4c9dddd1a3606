package io.kubeqat.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What a cluster needs of the host, looked at once.
///
/// @param missingPrograms of those in [#PROGRAMS]
/// @param freeBytes where the clusters' folders are
record HostFacts(boolean root, boolean linuxOnX8664, boolean fuse, Set<String> missingPrograms, Path stateRoot, long freeBytes) {
    /// What starts a node. What builds its parts is looked for by the recipes, and only when the cache does not have them.
    static final List<String> PROGRAMS = List.of("bash", "setsid", "setpriv", "unshare", "nsenter", "pivot_root", "findmnt", "flock");

    HostFacts {
        missingPrograms = Set.copyOf(missingPrograms);
    }

    static HostFacts read(Path stateRoot) {
        List<String> look = new ArrayList<>(List.of("sh", "-c", "for program; do command -v \"$program\" > /dev/null || echo \"$program\"; done", "sh"));
        look.addAll(PROGRAMS);
        Set<String> missing = new Program(look, Map.of()).run("").output().lines().collect(Collectors.toSet());
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
