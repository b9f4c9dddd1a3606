package io.kubeqat.e2e.kernel;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kubeqat.testbed.machine.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The image of an agent, as a folder that a machine can have.
///
/// @param module whose image it is
/// @param entrypoint what the image says to run
record AgentImage(String module, List<String> entrypoint) {

    /// Unpacks the image that the build of a module left, and makes the mount points that a container runtime would.
    static AgentImage unpack(String module, Path into) throws IOException, InterruptedException {
        Path layers = Files.createTempDirectory("kube-qat-layers-");
        try {
            tar("-xf", Path.of("..", module, "target/jib-image.tar").toString(), "-C", layers.toString());
            Map<?, ?> manifest = (Map<?, ?>) json(layers.resolve("manifest.json"), List.class).getFirst();
            for (Object layer : (List<?>) manifest.get("Layers")) {
                tar("--warning=no-unknown-keyword", "-xpzf", layers.resolve(layer.toString()).toString(), "-C", into.toString());
            }
            for (String mountPoint : List.of("sys", "proc", "dev", "host")) {
                Files.createDirectories(into.resolve(mountPoint));
            }
            Map<?, ?> config = (Map<?, ?>) json(layers.resolve("config.json"), Map.class).get("config");
            return new AgentImage(module, ((List<?>) config.get("Entrypoint")).stream().map(Object::toString).toList());
        } finally {
            remove(layers);
        }
    }

    /// Gives the image, which is the machine's folder of the module's name, what its manifest mounts.
    void mount(Machine machine) {
        machine.run("for mount in sys proc dev host; do mount --bind /$mount /" + module + "/$mount || exit 1; done").outputOrThrow();
    }

    /// The command line that runs the image's entry point in its root, as root, which is what the manifests say.
    String command(String... arguments) {
        List<String> words = new ArrayList<>(entrypoint);
        words.addAll(List.of(arguments));
        return "PATH=/opt/java/bin chroot /" + module + " /opt/java/bin/" + String.join(" ", words);
    }

    private static <T> T json(Path file, Class<T> type) throws IOException {
        return new KubernetesSerialization().unmarshal(Files.readString(file), type);
    }

    private static void tar(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tar"));
        command.addAll(List.of(arguments));
        int exitCode = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exitCode != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + exitCode);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : new ArrayList<>(files.toList()).reversed()) {
                Files.delete(file);
            }
        }
    }
}
