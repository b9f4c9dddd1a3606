package io.kubeqat.testbed;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The folder of one living cluster, as the scripts lay it out.
record NodeState(Path folder) {
    NodeState {
        requireNonNull(folder, "folder is null");
    }

    /// Bound into the node as `/etc/kubernetes`.
    Path kubernetes() {
        return folder.resolve("kubernetes");
    }

    /// Bound into the node as `/var/log/node`.
    Path logs() {
        return folder.resolve("log");
    }

    Path keeperScript() {
        return kubernetes().resolve("keeper");
    }

    /// Its files name keys and certificates by relative paths, so it serves outside the node too.
    Path adminConfig() {
        return kubernetes().resolve("admin.conf");
    }

    Path pki(String file) {
        return kubernetes().resolve("pki").resolve(file);
    }

    Path log(String component) {
        return logs().resolve(component + ".log");
    }

    /// One line for each step of the start; see `node-init`.
    List<String> progress() {
        return lines(logs().resolve("progress"));
    }

    /// How often a program of the node has ended since the start, with its last exit code.
    record Exits(String component, int count, String lastCode) {}

    List<Exits> exits() {
        if (!Files.isDirectory(logs())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(logs())) {
            return files.filter(file -> file.toString().endsWith(".exits"))
                    .sorted()
                    .map(file -> {
                        List<String> codes = lines(file);
                        return new Exits(file.getFileName().toString().replace(".exits", ""), codes.size(), codes.isEmpty() ? "?" : codes.getLast());
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + logs(), e);
        }
    }

    /// Components that have a log.
    List<String> components() {
        if (!Files.isDirectory(logs())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(logs())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".log"))
                    .map(name -> name.substring(0, name.length() - ".log".length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + logs(), e);
        }
    }

    /// The process, as the host numbers it, that is process 1 in the node; empty while there is none.
    Optional<Long> nodeProcess() {
        return process("init.pid");
    }

    Optional<Long> keeperProcess() {
        return process("keeper.pid");
    }

    private Optional<Long> process(String file) {
        return lines(folder.resolve(file)).stream()
                .findFirst()
                .filter(line -> !line.isBlank())
                .map(line -> Long.valueOf(line.strip()))
                .filter(pid -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (NoSuchFileException _) {
            // Removed between the two calls: the cluster is going down.
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
