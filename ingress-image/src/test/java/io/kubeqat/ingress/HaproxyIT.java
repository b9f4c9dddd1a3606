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

/// The image's HAProxy with the image's engine, run as in a pod: uid 99, no privilege, read-only root.
class HaproxyIT {
    private static ImageRun run;

    @BeforeAll
    static void shakeHands(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.of("handshakes", folder);
    }

    @Test
    void hasTheEngineInterface() {
        assertThat(run.seen("feature")).containsExactly("+ENGINE");
    }

    @Test
    void acceptsTheEngineLinesOfTheController() {
        assertThat(run.seen("configuration")).containsExactly("accepted");
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
                        new Handshake(round, key, "-tls1_3 -groups P-256 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", "TLSv1.3",
                                "ECDH, prime256v1, 256 bits", "served"),
                        new Handshake(round, key, "-tls1_2 -groups X25519:P-256", "TLSv1.2", "X25519, 253 bits", "served"),
                        new Handshake(round, key, "-tls1_2 -groups P-256", "TLSv1.2", "ECDH, prime256v1, 256 bits", "served"))))
                .toList();
        assertThat(run.seen("handshake").map(Handshake::parse)).containsExactlyElementsOf(expected);
    }

    @Test
    void endsItsWorkersWithoutACrash() {
        assertThat(run.seen("exit")).containsExactly("0");
        assertThat(run.said().stream().filter(line -> line.contains("worker (") && line.contains("exited with code"))).hasSize(2)
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
        assertThat(run.said().stream().filter(line -> line.startsWith("QAT engine: ")).map(line -> line.replaceAll(" pid=[0-9]+$", "")).distinct())
                .containsExactly(applicable
                        ? "QAT engine: acceleration=software hardware=no-device software=ready"
                        : "QAT engine: acceleration=none hardware=no-device software=unsupported-cpu");
    }
}
