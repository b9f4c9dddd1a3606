package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The image's HAProxy with the image's engine, run as in a pod: uid 99, no privilege, read-only root. The clients are the `openssl` of the root
/// the image was built in. See `src/test/native/handshakes`.
class HaproxyIT {
    private static List<String> seen;
    private static List<String> said;

    @BeforeAll
    static void run(@TempDir Path folder) throws IOException, InterruptedException {
        Path links = Path.of("target/native");
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder("native/in-root", links.resolve("build-root/root").toString(),
                        "--read", links.resolve("image-base/root").toString(), "/image", "--bind", "/dev", "/image/dev",
                        "--read", "src/test/native", "/check", "--memory", "/image/etc/haproxy", "--memory", "/image/var/lib/haproxy",
                        "--memory", "/image/var/run/haproxy", "--memory", "/image/tmp", "--", "/check/handshakes")
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        int status = process.waitFor();
        seen = Files.readAllLines(out);
        said = Files.readAllLines(err);
        assertThat(status).as(() -> "handshakes saw " + seen + " and HAProxy said " + said).isZero();
    }

    @Test
    void hasTheEngineInterface() {
        assertThat(seen).contains("feature +ENGINE");
    }

    @Test
    void acceptsTheEngineLinesOfTheController() {
        assertThat(seen).contains("configuration accepted");
    }

    @Test
    void servesEveryGroupWithEitherKeyBeforeAndAfterAReload() {
        List<Handshake> expected = Stream.of("start", "reload")
                .flatMap(round -> Stream.of("rsa", "ecdsa").flatMap(key -> Stream.of(
                        new Handshake(round, key, "default", "TLSv1.3", "X25519MLKEM768", "served"),
                        new Handshake(round, key, "-tls1_3 -groups X25519MLKEM768", "TLSv1.3", "X25519MLKEM768", "served"),
                        new Handshake(round, key, "-tls1_3 -groups X25519", "TLSv1.3", "X25519, 253 bits", "served"),
                        new Handshake(round, key, "-tls1_3 -groups X448", "TLSv1.3", "X448, 448 bits", "served"),
                        new Handshake(round, key, "-tls1_3 -groups P-256", "TLSv1.3", "ECDH, prime256v1, 256 bits", "served"),
                        new Handshake(round, key, "-tls1_3 -groups P-384", "TLSv1.3", "ECDH, secp384r1, 384 bits", "served"),
                        new Handshake(round, key, "-tls1_2 -groups X25519:P-256", "TLSv1.2", "X25519, 253 bits", "served"),
                        new Handshake(round, key, "-tls1_2 -groups P-256", "TLSv1.2", "ECDH, prime256v1, 256 bits", "served"))))
                .toList();
        assertThat(seen.stream().filter(line -> line.startsWith("handshake ")).map(line -> Handshake.parse(line.substring("handshake ".length()))))
                .containsExactlyElementsOf(expected);
    }

    @Test
    void endsWithoutACrash() {
        assertThat(seen).contains("exit 0");
        assertThat(said.stream().filter(line -> line.contains("worker (") && line.contains("exited with code"))).hasSize(2)
                .allMatch(line -> line.endsWith("exited with code 0 (Exit)"));
    }

    /// Without a device what is left is the CPU: `crypto_mb` 2021.12 needs the AVX-512 of Ice Lake. That a handshake succeeds proves nothing.
    @Test
    void saysWhichAccelerationIsInForce() throws IOException {
        List<String> flags = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("flags"))
                .limit(1)
                .flatMap(line -> Stream.of(line.split("\\s+")))
                .toList();
        boolean applicable = flags.containsAll(List.of("bmi2", "avx512f", "avx512dq", "avx512bw", "avx512ifma", "avx512_vbmi2", "vaes", "vpclmulqdq"));
        assertThat(said.stream().filter(line -> line.startsWith("QAT engine: ")).map(line -> line.replaceAll(" pid=[0-9]+$", "")).distinct())
                .containsExactly(applicable
                        ? "QAT engine: acceleration=software hardware=no-device software=ready"
                        : "QAT engine: acceleration=none hardware=no-device software=unsupported-cpu");
    }
}
