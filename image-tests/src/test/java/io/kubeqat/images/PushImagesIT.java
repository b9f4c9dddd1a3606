package io.kubeqat.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// What `build/push-images` sends is what was built and tested, in a real registry (Debian's docker-registry).
final class PushImagesIT {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    @Test
    void pushesEveryImageAndPinsItsDigest() throws Exception {
        String registry = "127.0.0.1:" + freePort();
        Process process = start(registry);
        try {
            // On the JDK that Maven ran on before, not the tests': the jars' manifests name it, and a jar that is made anew would give another digest.
            String output = Image.run("JAVA_HOME='%s' '%s/build/push-images' '%s/kube-qat' '%s' -Djib.allowInsecureRegistries=true -Dmaven.repo.local='%s'".formatted(
                    System.getProperty("maven.java"), Image.PROJECT, registry, folder.resolve("pinned"), System.getProperty("repository")));
            assertThat(output).contains("pinned in");

            Map<String, Object> component = new Yaml().load(Files.readString(folder.resolve("pinned/kustomization.yaml")));
            List<?> pinned = (List<?>) component.get("images");
            assertThat(pinned).hasSameSizeAs(ImagesIT.images());
            for (Image image : ImagesIT.images()) {
                String name = Path.of(image.module()).getFileName().toString();
                String digest = Files.readString(Image.PROJECT.resolve(image.module()).resolve("target/jib-image.digest")).strip();
                assertThat(stored(registry, name)).as(name).isEqualTo(digest);
                assertThat(pinned.toString()).contains("name=localhost/kube-qat/" + name + ", newName=" + registry + "/kube-qat/" + name + ", digest=" + digest);
            }
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private Process start(String address) throws Exception {
        String root = Image.run("'%1$s/build/cached' image-registry -- '%1$s/image-tests/src/test/native/registry-root'".formatted(Image.PROJECT)).strip();
        String storage = Files.createDirectory(folder.resolve("storage")).toString();
        ProcessBuilder registry = new ProcessBuilder("unshare", "--mount", "sh", "-c",
                "mount --bind \"$1\" \"$0/root/storage\" && exec chroot \"$0/root\" /usr/bin/docker-registry serve /registry.yml", root, storage);
        registry.environment().put("REGISTRY_HTTP_ADDR", address);
        Process process = registry.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
        Instant end = Instant.now().plus(DEADLINE);
        while (!answers(address)) {
            assertThat(process.isAlive() && Instant.now().isBefore(end)).as(() -> "the registry runs: " + read(folder.resolve("log"))).isTrue();
            process.waitFor(100, TimeUnit.MILLISECONDS);
        }
        return process;
    }

    private boolean answers(String address) throws InterruptedException {
        try {
            return http.send(HttpRequest.newBuilder(URI.create("http://" + address + "/v2/")).build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// The digest under which the registry has the image.
    private String stored(String registry, String name) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + registry + "/v2/kube-qat/" + name + "/manifests/" + System.getProperty("project.version")))
                .header("Accept", "application/vnd.docker.distribution.manifest.v2+json").method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).headers().firstValue("Docker-Content-Digest").orElse("none");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
