package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How the engine's software path gathers what many clients ask for: the tests of `patches/qatengine/0007` to `0010` and `0013`, with a double of the library that computes.
class BatchesIT {
    private static ImageRun run;

    @BeforeAll
    static void shakeHands(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.with(Map.of(TestParts.load(), "/tls-load"), folder, "batches");
        System.out.println(String.join("\n", run.seen()));
    }

    /// Most: how many exactly, the machine decides. The rest are those that came when too few others did. In batches, "transport" decrypts where the others sign. No descriptor
    /// wakes them (`patches/haproxy/0005`): none of that kind is to be had.
    @ParameterizedTest
    @CsvSource({"rsa-2048, rsa", "rsa-3072, rsa", "rsa-4096, rsa", "ecdsa-P-384, ec", "transport, rsa"})
    void manyClientsAreComputedInBatches(String certificate, String kind) {
        Map<String, Integer> many = numbers(certificate + "-32");
        assertThat(many).containsEntry("handshakes", 128).containsEntry("failed", 0);
        assertThat(many.get(kind)).as("computed in batches").isBetween(64, 128);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa-2048", "rsa-3072", "rsa-4096", "ecdsa-P-256", "transport"})
    void aSingleClientIsLeftToOpenSsl(String certificate) {
        assertThat(numbers(certificate + "-1")).isEqualTo(Map.of("handshakes", 4, "failed", 0, "rsa", 0, "ec", 0));
    }

    /// A batch of one costs less.
    @Test
    void aSingleClientWithP384IsNot() {
        assertThat(numbers("ecdsa-P-384-1")).isEqualTo(Map.of("handshakes", 4, "failed", 0, "rsa", 0, "ec", 4));
    }

    /// Of exponents, crypto_mb's check for faults knows one only; and P-256 costs OpenSSL less than waiting for others.
    @ParameterizedTest
    @ValueSource(strings = {"rsa-e3", "ecdsa-P-256"})
    void otherKeysAreLeftToOpenSsl(String certificate) {
        assertThat(numbers(certificate + "-32")).isEqualTo(Map.of("handshakes", 128, "failed", 0, "rsa", 0, "ec", 0));
    }

    /// Nor may it make one: HAProxy forbids it to a worker that is not root.
    @Test
    void theWorkerHasNoThreadBesideItsOwn() {
        assertThat(run.seen("threads")).containsExactly("1");
        assertThat(run.seen("exit")).containsExactly("alone 0", "forking 0");
        assertThat(run.said()).anyMatch(line -> line.startsWith("QAT engine: acceleration=sw "));
    }

    /// HAProxy's external-check forks in the worker.
    @ParameterizedTest
    @ValueSource(strings = {"forking-1", "forking-2"})
    void aWorkerThatForksGoesOnComputingInBatches(String turn) {
        Map<String, Integer> many = numbers(turn);
        assertThat(many).containsEntry("handshakes", 128).containsEntry("failed", 0);
        assertThat(many.get("rsa")).as("computed in batches").isBetween(8, 128);
        // One more for each process, and two of them are HAProxy.
        assertThat(run.said().stream().filter(line -> line.startsWith("QAT engine: acceleration=sw ")).distinct()).as("processes").hasSizeGreaterThan(5);
    }

    private static Map<String, Integer> numbers(String key) {
        return Arrays.stream(run.seen(key).findFirst().orElseThrow().split(" "))
                .map(pair -> pair.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> Integer.valueOf(pair[1])));
    }
}
