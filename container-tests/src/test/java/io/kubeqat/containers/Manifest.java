package io.kubeqat.containers;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/// A container as a shipped manifest asks for it.
///
/// @param security its `securityContext`, with what it inherits from the pod's
/// @param memory   its limit in bytes
record Manifest(Map<String, Object> security, long memory) {

    /// @param file      below the project's folder
    /// @param container its name in the pod
    static Manifest of(String file, String container) throws IOException {
        for (Object document : new Yaml().loadAll(Files.readString(Docker.MODULE.resolveSibling(file)))) {
            Map<String, Object> pod = at(document, "spec", "template", "spec");
            for (String kind : List.of("initContainers", "containers")) {
                for (Map<String, Object> candidate : Manifest.<List<Map<String, Object>>>cast(pod.getOrDefault(kind, List.of()))) {
                    if (candidate.get("name").equals(container)) {
                        Map<String, Object> security = new java.util.HashMap<>(at(pod, "securityContext"));
                        security.putAll(at(candidate, "securityContext"));
                        return new Manifest(Map.copyOf(security), bytes((String) at(candidate, "resources", "limits").get("memory")));
                    }
                }
            }
        }
        throw new IllegalArgumentException("no container " + container + " in " + file);
    }

    /// What Docker must be told for the same restrictions. Seccomp's profile is Docker's own default, as RuntimeDefault is containerd's.
    HostConfig host() {
        List<String> options = new ArrayList<>();
        if (Boolean.FALSE.equals(security.get("allowPrivilegeEscalation"))) {
            options.add("no-new-privileges");
        }
        return HostConfig.newHostConfig()
                .withReadonlyRootfs((Boolean) security.get("readOnlyRootFilesystem"))
                .withPrivileged((Boolean) security.getOrDefault("privileged", false))
                .withCapDrop(Manifest.<List<String>>cast(at(security, "capabilities").getOrDefault("drop", List.of())).stream().map(Capability::valueOf).toArray(Capability[]::new))
                .withSecurityOpts(options)
                .withMemory(memory);
    }

    private static long bytes(String quantity) {
        if (!quantity.endsWith("Mi")) {
            throw new IllegalArgumentException("a memory limit that this test cannot read: " + quantity);
        }
        return Long.parseLong(quantity.substring(0, quantity.length() - 2)) << 20;
    }

    private static Map<String, Object> at(Object yaml, String... path) {
        Object at = yaml;
        for (String key : path) {
            at = Optional.ofNullable(Manifest.<Map<String, Object>>cast(at).get(key)).orElse(Map.of());
        }
        return cast(at);
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }
}
