package io.kubeqat.deviceplugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.deviceplugin.kubelet.FakeKubelet;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What is in the image, started as the image starts it, but without a container: its own Java runtime, its jars with the times that Jib gave them, its
/// options, its AOT cache.
@ExtendWith(LeavesNoTrace.class)
class ImageIT {
    private static final Path IMAGE = Path.of("target/jib-image.tar");
    private static final Pattern LAYER = Pattern.compile("\"([0-9a-f]{64}\\.tar\\.gz)\"");

    private static final int CALLS = 200;

    @TempDir
    Path directory;

    private Path root;

    @BeforeEach
    void unpack() throws Exception {
        Path layers = Files.createDirectory(directory.resolve("layers"));
        root = Files.createDirectory(directory.resolve("root"));
        run("tar", "-xf", IMAGE.toString(), "-C", layers.toString());
        for (String layer : LAYER.matcher(Files.readString(layers.resolve("manifest.json"))).results().map(MatchResult::group).toList()) {
            run("tar", "-xpf", layers.resolve(layer.replace("\"", "")).toString(), "-C", root.toString());
        }
    }

    @Test
    void staysSmall() {
        assertThat(IMAGE.toFile().length()).isBetween(20_000_000L, 36_000_000L);
    }

    @Test
    void fitsItsCacheServesAndEndsCleanly() throws Exception {
        Path plugins = Files.createDirectory(directory.resolve("p"));
        NodeTree node = new NodeTree(directory.resolve("n")).card("4b", "sym;asym", 0, 2);
        Path log = directory.resolve("log");
        try (FakeKubelet kubelet = new FakeKubelet(plugins)) {
            kubelet.start();
            Process plugin = new ProcessBuilder(command(
                            "--sysfs", node.sysfs().toString(), "--dev", node.dev().toString(), "--kubelet-dir", plugins.toString(), "--http-address", "127.77.0.1"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                assertThat(kubelet.awaitList("qat.intel.com/cy", list -> true)).hasSize(2);
                assertThat(kubelet.allocate("qat.intel.com/cy", NodeTree.address("4b", 1)).getContainerResponses(0).getEnvsMap()).containsKey("QAT_POLICY");
                for (int i = 0; i < CALLS; i++) {
                    kubelet.allocate("qat.intel.com/cy", NodeTree.address("4b", 1 + i % 2));
                    assertThat(metrics()).contains("kube_qat_registered{resource=\"qat.intel.com/cy\"} ");
                }
            } finally {
                plugin.destroy();
            }
            assertThat(plugin.waitFor(60, TimeUnit.SECONDS)).as(() -> read(log)).isTrue();
            assertThat(plugin.exitValue()).as(() -> read(log)).isEqualTo(128 + 15);
            try (Stream<Path> left = Files.list(plugins)) {
                assertThat(left).extracting(file -> file.getFileName().toString()).containsExactlyInAnyOrder("kube-qat.lock", "kubelet.sock");
            }
            assertThat(read(log).lines().map(line -> line.replaceFirst("^\\S+ ", "").replaceFirst("allocation-policy=.*", "…").replaceFirst("socket=.*", "socket")))
                    .containsExactly(
                            "INFO  starts version=0.1.0-SNAPSHOT …",
                            "INFO  inventory resource=qat.intel.com/cy devices=2 healthy=2",
                            "INFO  status pages address=127.77.0.1 port=9464",
                            "INFO  registered resource=qat.intel.com/cy devices=2 healthy=2 socket",
                            "INFO  stopped by a signal; pods keep what they have, no new ones get QAT until the plugin is back");
        }
    }

    /// On an address of its own, so that a plugin of this machine may have the port.
    private static String metrics() throws IOException {
        try (Socket socket = new Socket("127.77.0.1", 9464)) {
            socket.getOutputStream().write("GET /metrics HTTP/1.1\r\n\r\n".getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    /// The image's entry point with `root` in front of its paths, and a cache that does not fit being an error instead of a slow start.
    private List<String> command(String... arguments) throws IOException {
        String classPath = Files.readString(root.resolve("app/jib-classpath-file")).strip().replace("/app/", root + "/app/");
        List<String> command = new ArrayList<>(List.of(
                root + "/opt/java/bin/java",
                "@" + root + "/app/jvm.options",
                "-XX:AOTMode=on",
                "-XX:AOTCache=" + root + "/app/device-plugin.aot",
                "-cp",
                classPath,
                DevicePluginMain.class.getName()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(process.waitFor()).as("%s", String.join(" ", command)).isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
