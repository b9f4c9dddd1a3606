package io.kubeqat.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Lays out the folder of a cluster that is about to start: scripts, configuration, and the settings the scripts read.
final class NodeFiles {
    private static final List<String> SCRIPTS = List.of("cards", "certificates", "keeper", "node-enter", "node-init");
    private static final List<String> CONFIGURATION = List.of("10-node.conflist", "containerd.toml", "kubelet.yaml");
    private static final String SCENARIO = "scenario.yaml";
    private static final String BASE_RUNTIME_SPEC = "/etc/kubernetes/base-runtime-spec.json";

    private NodeFiles() {}

    /// Makes a new folder beside the one the cluster will have; the keeper moves it there.
    static Path stage(ClusterOptions options, NodeParts parts, Path java, List<Path> classPath) {
        try {
            Files.createDirectories(options.stateRoot());
            Path staged = Files.createTempDirectory(options.stateRoot(), "." + options.name() + "~");
            NodeState layout = new NodeState(staged);
            for (String folder : List.of("upper", "work", "node", "log", "disk/containerd", "disk/etcd", "disk/kubelet", "kubernetes/pki")) {
                Files.createDirectories(staged.resolve(folder));
            }
            for (String script : SCRIPTS) {
                Files.writeString(layout.kubernetes().resolve(script), resource(script));
            }
            Map<String, String> values = Map.of(
                    "baseRuntimeSpec", options.cards().isPresent() ? BASE_RUNTIME_SPEC : "",
                    "cgroup", options.name().controlGroup());
            for (String file : CONFIGURATION) {
                Files.writeString(layout.kubernetes().resolve(file), fill(resource(file), values));
            }
            String settings = settings(options, parts, java);
            Files.writeString(staged.resolve("node.conf"), settings);
            Files.writeString(layout.kubernetes().resolve("node.conf"), settings);
            if (options.cards().isPresent()) {
                Files.copy(options.cards().get(), layout.kubernetes().resolve(SCENARIO), StandardCopyOption.REPLACE_EXISTING);
                Files.write(layout.kubernetes().resolve("class-path"), classPath.stream().map(Path::toString).toList());
            }
            return staged;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lay out the folder of the cluster " + options.name() + " in " + options.stateRoot(), e);
        }
    }

    /// What the scripts read: shell assignments.
    static String settings(ClusterOptions options, NodeParts parts, Path java) {
        Map<String, String> settings = Map.of(
                "CARDS", options.cards().isPresent() ? "/etc/kubernetes/" + SCENARIO : "",
                "CGROUP", options.name().controlGroup(),
                "IMAGES", parts.images().toString(),
                "JAVA", java.toString(),
                "KUBERNETES", parts.kubernetes().toString(),
                "ROOT", parts.root().toString());
        return settings.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(setting -> setting.getKey() + "='" + setting.getValue().replace("'", "'\\''") + "'\n")
                .collect(Collectors.joining());
    }

    /// Puts values in the place of `${name}`.
    ///
    /// @throws IllegalStateException if a name is left over, so that no half-filled file reaches a program
    static String fill(String template, Map<String, String> values) {
        String text = template;
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue());
        }
        int left = text.indexOf("${");
        if (left >= 0) {
            throw new IllegalStateException("no value for " + text.substring(left, text.indexOf('}', left) + 1));
        }
        return text;
    }

    static String resource(String name) throws IOException {
        try (InputStream stream = NodeFiles.class.getResourceAsStream(name)) {
            return new String(stream.readAllBytes(), UTF_8);
        }
    }
}
