package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The software path as it ships, with crypto_mb itself, on a CPU with AVX-512 IFMA: an emulated one, on any machine, under the kernel that Kata's guests have. What the
/// other tests show with a double of the library is the engine's doing; this shows that the library's answers are right, and that the engine finds it.
@Tag("guest-kernel")
class Avx512IT {
    private static ImageRun run;

    @BeforeAll
    static void boot(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.with(Map.of(TestParts.load(), "/tls-load", TestParts.emulator(), "/emulator", TestParts.guestKernel(), "/kernel"), folder, "avx512");
        System.out.println(String.join("\n", run.seen()));
    }

    @Test
    void thePreflightFindsSoftwareAccelerationWhereItIsRequired() {
        assertThat(run.seen("cpu")).containsExactly("avx512ifma");
        assertThat(run.seen("kernel")).singleElement().asString().endsWith("-kube-qat.1");
        assertThat(run.seen("preflight")).startsWith("ran", "exit 0").element(2).asString()
                .startsWith("state {\"acceleration\":\"sw\",\"wanted\":\"required\"").contains("\"verified\":true,\"pauses\":8");
    }

    /// As [JobsIT], where a double computes.
    @ParameterizedTest
    @CsvSource({"rsa-8, 8, 8 0 0", "rsa-4, 4, 4 0 0", "rsa-3, 3, 0 0 0", "sign-P-384, 8, 0 8 0", "sign-P-256, 8, 0 0 0", "called, 8, 8 0 0",
            "full, 8, 8 0 0", "short, 8, 0 0 0", "ecdh-P-384, 1, 0 2 0", "ecdh-P-256, 1, 0 0 0", "x25519-draw, 20, 0 0 32", "x25519-fork, 11, 0 0 16", "x25519-bare, 11, 0 0 16"})
    void computesWhatOpenSslTakesForRight(String name, int count, String lanes) {
        assertThat(run.seen(name)).containsExactly(right(count) + ", lanes " + lanes);
    }

    @Test
    void goesOnWhereTheProcessForks() {
        assertThat(run.seen("fork")).containsExactly("exit 0, " + right(28) + ", lanes 28 0 0");
    }

    @Test
    void itsKeyPairsAreUsedLikeOpenSslsOwnAndLeaveNothingBehind() {
        assertThat(run.seen("x25519-used")).singleElement().asString()
                .startsWith("encoded right exchange right mixed right stored right copied right hpke right hybrid right, lanes 0 0 ").doesNotEndWith(" 0");
        assertThat(run.seen("x25519-wiped")).singleElement().asString().startsWith("wiped wiped wiped ");
    }

    /// The machine's clock counts instructions: these are no times, and the same in each run. Measured: 24,886 with the engine, 368,133 without.
    @Test
    void aKeyPairTakesAFractionOfTheInstructions() {
        String[] cost = run.seen("x25519-cost").findFirst().orElseThrow().split("[ ,]");
        assertThat(Integer.parseInt(cost[3])).isGreaterThan(10 * Integer.parseInt(cost[1]));
    }

    @Test
    void servesEveryGroupVersionAndCertificate() {
        assertThat(run.seen("handshake")).hasSize(16).allMatch(line -> line.endsWith("|served"));
    }

    /// ECDH is on P-384.
    @ParameterizedTest
    @CsvSource({"load-rsa, 64, rsa", "load-rsa-4096, 32, rsa", "load-ecdsa, 32, ec", "load-ecdh, 32, ec", "load-rsa, 64, x25519", "load-hybrid, 64, x25519"})
    void manyClientsAreComputedInBatches(String name, int handshakes, String kind) {
        Map<String, Integer> many = numbers(name);
        assertThat(many).containsEntry("handshakes", handshakes).containsEntry("failed", 0);
        assertThat(many.get(kind)).isPositive();
    }

    @Test
    void p256IsLeftToOpenSsl() {
        assertThat(numbers("load-P-256")).isEqualTo(Map.of("handshakes", 32, "failed", 0, "rsa", 0, "ec", 0, "x25519", 0));
    }

    @Test
    void aSingleClientIsLeftToOpenSsl() {
        Map<String, Integer> alone = new HashMap<>(numbers("load-alone"));
        // But for its key pairs, which need nobody to wait for.
        assertThat(alone.remove("x25519")).isPositive();
        assertThat(alone).isEqualTo(Map.of("handshakes", 4, "failed", 0, "rsa", 0, "ec", 0));
    }

    /// Each of the 320 leaves 13 kB behind where a paused job is forgotten (`patches/haproxy/0001`).
    @Test
    void clientsThatGoAwayLeaveNothing() {
        Map<String, Integer> first = numbers("aborts-first");
        Map<String, Integer> last = numbers("aborts-last");
        assertThat(last.get("rss") - first.get("rss")).as("kB").isLessThan(1500);
        assertThat(last).containsEntry("fds", first.get("fds"));
        assertThat(last.get("rsa")).isGreaterThan(first.get("rsa"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aReloadUnderLoadFailsNoHandshake(int turn) {
        assertThat(run.seen("reload")).contains(turn + " handshakes=64 failed=0");
    }

    @Test
    void everyWorkerEndsWell() {
        assertThat(run.seen("exit")).containsExactly("0");
        assertThat(run.said()).filteredOn(line -> line.contains("Former worker")).hasSize(3).allMatch(line -> line.contains("exited with code 0"));
    }

    private static String right(int count) {
        return String.join(" ", Collections.nCopies(count, "right"));
    }

    private static Map<String, Integer> numbers(String name) {
        List<String> words = Arrays.asList(run.seen(name).findFirst().orElseThrow().split(" "));
        return words.stream().collect(Collectors.toMap(word -> word.substring(0, word.indexOf('=')), word -> Integer.parseInt(word.substring(word.indexOf('=') + 1))));
    }
}
