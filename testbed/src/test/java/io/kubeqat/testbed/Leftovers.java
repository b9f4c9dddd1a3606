package io.kubeqat.testbed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What of a cluster can be seen on the host, and what of the host a cluster could change.
record Leftovers(List<String> controlGroups, List<String> mounts, List<String> processes, List<String> files) {
    static final Leftovers NONE = new Leftovers(List.of(), List.of(), List.of(), List.of());

    static Leftovers of(ClusterOptions options) {
        String group = options.name().controlGroup();
        String folder = options.state().folder().toString();
        List<String> processes = new ArrayList<>();
        for (Path process : list(Path.of("/proc")).stream().filter(path -> path.getFileName().toString().matches("\\d+")).toList()) {
            String membership = readQuietly(process.resolve("cgroup"));
            String command = readQuietly(process.resolve("cmdline")).replace('\0', ' ');
            if (membership.contains("/" + group) || command.contains(folder + "/") || command.contains(folder + " ")) {
                processes.add(process.getFileName() + " " + command);
            }
        }
        List<String> groups = Stream.concat(Stream.of(Path.of("/sys/fs/cgroup")), list(Path.of("/sys/fs/cgroup")).stream())
                .map(hierarchy -> hierarchy.resolve(group))
                .filter(Files::exists)
                .map(Path::toString)
                .toList();
        List<String> mounts = readQuietly(Path.of("/proc/self/mountinfo")).lines().filter(line -> line.contains(folder) || line.contains(group)).toList();
        List<String> files = Files.exists(options.state().folder()) ? List.of(folder) : List.of();
        return new Leftovers(groups, mounts, processes, files);
    }

    /// Settings of the kernel that are not namespaced and that a kubelet would change, and the host's network interfaces.
    static List<String> hostSettings() {
        List<String> settings = new ArrayList<>();
        for (String setting : List.of("kernel/panic", "kernel/panic_on_oops", "kernel/keys/root_maxkeys", "vm/overcommit_memory", "vm/panic_on_oom")) {
            settings.add(setting + "=" + readQuietly(Path.of("/proc/sys").resolve(setting)).strip());
        }
        list(Path.of("/sys/class/net")).stream().map(Path::toString).sorted().forEach(settings::add);
        list(Path.of("/dev")).stream().map(Path::toString).sorted().forEach(settings::add);
        return settings;
    }

    /// Dying takes the kernel a moment.
    static void awaitNone(ClusterOptions options) throws InterruptedException {
        Leftovers seen = of(options);
        for (int i = 0; i < 300 && !seen.equals(NONE); i++) {
            Thread.sleep(100);
            seen = of(options);
        }
        assertThat(seen).isEqualTo(NONE);
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Empty for a process that ends while it is looked at.
    private static String readQuietly(Path file) {
        try {
            return Files.readString(file, ISO_8859_1);
        } catch (IOException _) {
            return "";
        }
    }
}
