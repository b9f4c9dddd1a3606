package io.kubeqat.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/// An image as the build left it in a module's `target`.
record Image(String module) {
    /// `basedir` is set by Surefire and Failsafe.
    static final Path PROJECT = Path.of(System.getProperty("basedir")).getParent();

    private Path file(String name) {
        return PROJECT.resolve(module).resolve("target").resolve(name);
    }

    /// The `config` part of the image's configuration: `Entrypoint`, `Env`, `Labels`, `User`.
    Map<String, Object> config() throws IOException, InterruptedException {
        List<Map<String, Object>> manifest = json(part("manifest.json"));
        Map<String, Object> configuration = json(part((String) manifest.getFirst().get("Config")));
        return cast(configuration.get("config"));
    }

    Map<String, String> labels() throws IOException, InterruptedException {
        return cast(config().get("Labels"));
    }

    Map<String, Object> sbom() throws IOException {
        return json(Files.readString(file("jib-image-sbom.json")));
    }

    /// All components of the bill of materials, those inside others too.
    List<Map<String, Object>> components() throws IOException {
        List<Map<String, Object>> all = new ArrayList<>();
        collect(sbom(), all);
        return all;
    }

    private static void collect(Map<String, Object> parent, List<Map<String, Object>> all) {
        List<Map<String, Object>> children = cast(parent.getOrDefault("components", List.of()));
        for (Map<String, Object> child : children) {
            all.add(child);
            collect(child, all);
        }
    }

    /// Lays the image's files out in `directory`.
    void unpack(Path directory) throws IOException, InterruptedException {
        List<Map<String, Object>> manifest = json(part("manifest.json"));
        List<String> layers = cast(manifest.getFirst().get("Layers"));
        for (String layer : layers) {
            run("tar --extract --to-stdout --file '%s' '%s' | tar --extract --gzip --warning=no-unknown-keyword --directory '%s'".formatted(file("jib-image.tar"), layer, directory));
        }
    }

    private String part(String name) throws IOException, InterruptedException {
        return run("tar --extract --to-stdout --file '%s' '%s'".formatted(file("jib-image.tar"), name));
    }

    /// What a shell command prints; its errors go to the test's log.
    static String run(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(command + " failed with " + process.exitValue() + ": " + output);
            }
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private static <T> T json(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(32 << 20);
        return cast(new Yaml(options).load(text));
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }

    @Override
    public String toString() {
        return module;
    }
}
