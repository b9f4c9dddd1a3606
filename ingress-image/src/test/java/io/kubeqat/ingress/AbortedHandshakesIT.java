package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What clients leave behind in HAProxy that go away while the engine works: the tests of `patches/haproxy`. The engine is a slow one without
/// hardware, so this holds on any machine. `make soak` runs it with 100,000 aborted handshakes (`-Daborts=100000`).
class AbortedHandshakesIT {
    private static final int ABORTS = Integer.getInteger("aborts", 5_000);
    /// What a process needs once for all: OpenSSL keeps the stacks of as many jobs as there were at the same time.
    private static final int WARM = 5_000;
    private static ImageRun run;

    @BeforeAll
    static void abort(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.of(folder, "aborts", String.valueOf(WARM), String.valueOf(ABORTS), "slow");
        System.out.println(String.join("\n", run.seen()));
    }

    @Test
    void everyOperationThatPausedIsResumedToItsEnd() {
        assertThat(look("end").get("begun")).as("operations that were begun: without any this proves nothing").isGreaterThan(ABORTS / 2);
        assertThat(look("end").get("ended")).isEqualTo(look("end").get("begun"));
        assertThat(look("refused").get("ended")).isEqualTo(look("refused").get("begun"));
        assertThat(look("end").get("tls")).as("TLS connections that HAProxy still counts").isZero();
    }

    /// At each point but the two where the server has seen no whole ClientHello yet.
    @Test
    void everyPointMeetsTheEngineAtWork() {
        List<String> idle = run.seen("point").filter(line -> line.endsWith(": 0")).toList();
        assertThat(idle).containsExactly("8443 nothing rst: 0", "8443 part rst: 0");
        assertThat(run.seen("point")).hasSize(14);
    }

    /// Unpatched: about 16 KB for each abort that meets a paused job, more than 100 MB here.
    @Test
    void abortsLeaveNoMemoryBehind() {
        assertThat(look("end").get("rss") - look("warm").get("rss")).as("growth in KB over " + ABORTS + " aborts").isLessThan(5_000);
    }

    /// Unpatched: one for each connection that is refused, some 700 here.
    @Test
    void refusedConnectionsLeaveNoSocketBehind() {
        assertThat(look("refused").get("fds")).isEqualTo(look("free").get("fds"));
        assertThat(look("end").get("fds")).isEqualTo(look("warm").get("fds"));
    }

    @Test
    void otherClientsAreServedAndTheProcessEnds() {
        assertThat(run.seen("good-client")).hasSize(4).allMatch("served"::equals);
        assertThat(run.seen("exit")).containsExactly("0", "0");
    }

    /// Uses of freed memory, double frees and overflows end the process with a report and the code 86. The image's engine itself is not instrumented, but what it frees, and what
    /// others do with its memory, is seen.
    @ParameterizedTest
    @MethodSource("engines")
    void theAddressSanitizerSeesNothing(String engine, @TempDir Path folder) throws IOException, InterruptedException {
        ImageRun sanitized = ImageRun.with(Map.of(TestParts.sanitizedHaproxy(), "/haproxy-asan"), folder, "aborts", "200", "1500", engine, "/haproxy-asan");
        System.out.println(String.join("\n", sanitized.seen()));

        assertThat(sanitized.seen("exit")).containsExactly("0", "0");
        assertThat(sanitized.seen("good-client")).hasSize(4).allMatch("served"::equals);
        assertThat(sanitized.said()).noneMatch(line -> line.contains("AddressSanitizer"));
        if (engine.equals("slow")) {
            assertThat(sanitized.seen("point").filter(line -> line.endsWith(": 0"))).as("points that met no engine").hasSizeLessThan(5);
        } else {
            assertThat(look(sanitized, "end").get("rsa")).as("RSA computed in batches").isPositive();
            assertThat(look(sanitized, "end").get("ec")).as("ECDH computed in batches").isPositive();
        }
    }

    static List<String> engines() throws IOException {
        return List.of("slow", Engine.read().ids().getFirst());
    }

    /// Each of two times as many aborts leaves as much: what the first needs at the same time the second does, too.
    @Test
    void theImagesEngineLeavesNothingBehindEither(@TempDir Path folder) throws IOException, InterruptedException {
        ImageRun software = ImageRun.of(folder, "aborts", "2500", "2500", Engine.read().ids().getFirst());
        System.out.println(String.join("\n", software.seen()));

        assertThat(software.seen("exit")).containsExactly("0", "0");
        assertThat(software.seen("good-client")).hasSize(4).allMatch("served"::equals);
        assertThat(look(software, "end").get("rsa") - look(software, "warm").get("rsa")).as("RSA computed in batches: without any this proves nothing").isPositive();
        assertThat(look(software, "end").get("ec") - look(software, "warm").get("ec")).as("ECDH computed in batches").isPositive();
        assertThat(look(software, "end").get("tls")).as("TLS connections that HAProxy still counts").isZero();
        assertThat(look(software, "end").get("fds")).isEqualTo(look(software, "warm").get("fds"));
        assertThat(look(software, "end").get("rss") - look(software, "warm").get("rss")).as("growth in KB").isLessThan(5_000);
    }

    private static Map<String, Long> look(String when) {
        return look(run, when);
    }

    private static Map<String, Long> look(ImageRun run, String when) {
        return run.seen(when)
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .map(pair -> pair.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> Long.valueOf(pair[1])));
    }
}
