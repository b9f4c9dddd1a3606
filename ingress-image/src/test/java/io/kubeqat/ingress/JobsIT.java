package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the engine's batches give back, to the number: to asynchronous jobs as HAProxy has them, with a double of the library that computes. The tests of
/// `patches/qatengine/0006`, `0007`, `0008` and `0010` to `0014`.
class JobsIT {
    private static ImageRun run;

    @BeforeAll
    static void compute(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.of(folder, "jobs", Engine.read().ids().getFirst());
    }

    /// What is one too few for a batch OpenSSL computes, one after the other; all there is of P-256, and nothing of P-384. An exchange is two of a lane: its key pair, and its
    /// secret.
    @ParameterizedTest
    @CsvSource({"rsa-8, 8, 8 0 0", "rsa-4, 4, 4 0 0", "rsa-3, 3, 0 0 0", "sign-P-384-8, 8, 0 8 0", "sign-P-384-1, 1, 0 1 0", "sign-P-256-8, 8, 0 0 0",
            "sign-P-256-1, 1, 0 0 0", "ecdh-P-384-8, 8, 0 16 0", "ecdh-P-384-1, 1, 0 2 0", "ecdh-P-256-8, 8, 0 0 0", "ecdh-P-256-1, 1, 0 0 0"})
    void computesABatchWhereItPays(String name, int count, String lanes) {
        assertThat(run.seen(name)).containsExactly(right(count) + ", lanes " + lanes);
    }

    /// HAProxy resumes a job also when its client has sent something.
    @ParameterizedTest
    @CsvSource({"called-16, 16, 16 0 0", "called-8, 8, 8 0 0", "called-4, 4, 4 0 0", "called-3, 3, 0 0 0", "called-P-384, 8, 0 8 0"})
    void jobsWaitForTheirCallbackWhateverElseResumesThem(String name, int count, String lanes) {
        assertThat(run.seen(name)).containsExactly(right(count) + ", lanes " + lanes);
    }

    /// It answers with CPUID, which takes its time in a virtual machine.
    @Test
    void doesNotAskForEachOperationWhatTheLibraryHas() {
        assertThat(run.seen("forgetful")).containsExactly(right(16) + ", lanes 0 32 0");
    }

    /// The fourth of eight: it must not go out, and the others must not suffer. A wrong bit is what a fault of the machine makes of RSA, and would give the key away.
    @ParameterizedTest
    @ValueSource(strings = {"rsa-error", "rsa-bit", "P-384-error"})
    void refusesTheOneThatWentWrong(String name) {
        assertThat(run.seen(name)).singleElement().asString().startsWith(right(3) + " refused " + right(4) + ", lanes ");
    }

    /// OpenSSL takes a ciphertext without the noughts it begins with. A batch would read on behind its end.
    @Test
    void leavesAShortCiphertextToOpenSsl() {
        assertThat(run.seen("short")).containsExactly(right(8) + ", lanes 0 0 0");
        assertThat(run.seen("full")).containsExactly(right(8) + ", lanes 8 0 0");
    }

    /// Two threads, seven jobs each, twice. The child ends as a program does.
    @Test
    void goesOnWhereTheProcessForksAndWhereAThreadEnds() {
        assertThat(run.seen("fork")).containsExactly("exit 0, " + right(28) + ", lanes 28 0 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overflow", "x25519-overflow"})
    void aBatchThatNeedsTooMuchStackOverwritesNothing(String name) {
        assertThat(run.seen(name)).singleElement().asString().startsWith("overflow into guard");
    }

    /// Ten in each of two threads, which have a pool of eight each, twice refilled; five in each process behind a fork, where the child begins anew, also if no library is told of
    /// it; two pairs at once, a second later, and two, where what is left is too old. A pair that comes twice would be "twice". Of an engine that is finished nothing is taken.
    @ParameterizedTest
    @CsvSource({"draw, 20, 32", "fork, 11, 16", "bare, 11, 16", "later, 6, 16", "finished, 6, 8"})
    void makesKeyPairsInBatchesAndUsesEachOnce(String name, int count, int lanes) {
        assertThat(run.seen("x25519-" + name)).containsExactly(right(count) + ", lanes 0 0 " + lanes);
    }

    /// Sixteen times a batch has one that is wrong, and says so.
    @Test
    void usesNoKeyPairOfABatchThatWentWrong() {
        assertThat(run.seen("x25519-error")).containsExactly(right(16) + ", lanes 0 0 128");
    }

    /// Nor is anything of the pool left when its thread has ended: the page is given back.
    @Test
    void leavesNoPrivateKeyBehind() {
        assertThat(run.seen("x25519-wiped")).containsExactly("wiped wiped wiped 4, lanes 0 0 8");
    }

    @Test
    void leavesToOpenSslWhatAsksForMoreThanAKeyPair() {
        assertThat(run.seen("x25519-past")).containsExactly("known right derived right parameters right context right provider right, lanes 0 0 0");
    }

    @Test
    void itsKeyPairsAreUsedLikeOpenSslsOwn() {
        assertThat(run.seen("x25519-used")).singleElement().asString()
                .startsWith("encoded right exchange right mixed right stored right copied right hpke right hybrid right, lanes 0 0 ").doesNotEndWith(" 0");
    }

    private static String right(int count) {
        return String.join(" ", Collections.nCopies(count, "right"));
    }
}
