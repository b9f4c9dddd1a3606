package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients of three makes against the image's HAProxy with its engine at work: the software path, with a double of the library that computes, so that this holds on any
/// CPU.
class ClientsIT {
    private static final List<String> CERTIFICATES = List.of("rsa-2048", "rsa-3072", "rsa-4096", "ecdsa-P-256", "ecdsa-P-384");
    private static Engine engine;
    private static ImageRun run;

    @BeforeAll
    static void shakeHands(@TempDir Path folder) throws IOException, InterruptedException {
        engine = Engine.read();
        run = ImageRun.with(Map.of(Path.of("target/test-classes"), "/classes", TestParts.javaRuntime(), "/runtime", TestParts.load(), "/tls-load"), folder, "clients",
                engine.ids().toArray(String[]::new));
    }

    static Stream<Arguments> everyIdClientAndCertificate() throws IOException {
        return Engine.read().ids().stream().flatMap(id -> Stream.of("openssl", "curl", "java")
                .flatMap(client -> CERTIFICATES.stream().map(certificate -> Arguments.of(id, client, certificate))));
    }

    @ParameterizedTest(name = "ssl-engine {0}, {1}, {2}")
    @MethodSource("everyIdClientAndCertificate")
    void isServedInEveryVersionAndGroup(String id, String client, String certificate) {
        List<String> wanted = new ArrayList<>();
        Stream.of("SecP256r1MLKEM768", "X25519MLKEM768", "X25519", "X448", "P-256", "P-384")
                .filter(group -> !(client.equals("java") && group.contains("MLKEM")))
                .forEach(group -> wanted.add("1.3 " + group + "|served"));
        (certificate.startsWith("rsa") ? Stream.of("X25519", "X448", "P-256", "P-384") : Stream.of("X25519", certificate.substring("ecdsa-".length())))
                .forEach(group -> wanted.add("1.2 " + group + "|served"));

        String start = id + "|" + client + "|" + certificate + "|";
        assertThat(run.seen("handshake").filter(line -> line.startsWith(start)).map(line -> line.substring(start.length())))
                .containsExactlyElementsOf(wanted);
    }

    @ParameterizedTest
    @MethodSource("ids")
    void theEngineComputedForThem(String id) {
        assertThat(lanes(id, "alone").get("rsa")).as("signatures of one client after the other, which OpenSSL makes").isZero();
        assertThat(lanes(id, "alone").get("ec")).as("signatures and ECDH with P-384 of one client after the other").isPositive();
        assertThat(lanes(id, "rsa-2048-X25519").get("rsa")).as("signatures of many clients").isGreaterThanOrEqualTo(8);
        assertThat(lanes(id, "ecdsa-P-384-X25519").get("ec")).as("signatures of many clients").isGreaterThanOrEqualTo(8);
        // But for those that the pools had left over, at most seven for each thread.
        assertThat(lanes(id, "rsa-2048-X25519").get("x25519")).as("key pairs of 128 handshakes").isGreaterThanOrEqualTo(112);
        assertThat(lanes(id, "rsa-2048-X25519MLKEM768").get("x25519")).as("key pairs of 128 handshakes").isGreaterThanOrEqualTo(112);
        assertThat(run.seen("file " + id)).containsExactly("engines-3/" + id + ".so");
        assertThat(run.said()).anyMatch(line -> line.startsWith("QAT engine: acceleration=sw "));
        assertThat(run.seen("exit " + id)).containsExactly("0");
    }

    @Test
    void noWorkerCrashed() {
        assertThat(run.said().stream().filter(line -> line.contains("exited with code"))).hasSize(engine.ids().size())
                .allMatch(line -> line.endsWith("exited with code 0 (Exit)"));
    }

    /// How many the double has computed, by kind.
    private static Map<String, Integer> lanes(String id, String of) {
        return Arrays.stream(run.seen("computed " + id + " " + of).findFirst().orElseThrow().split(" "))
                .map(pair -> pair.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> Integer.valueOf(pair[1])));
    }

    static List<String> ids() throws IOException {
        return Engine.read().ids();
    }
}
