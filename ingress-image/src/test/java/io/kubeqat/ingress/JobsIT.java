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
/// `patches/qatengine/0006`, `0007`, `0008`, `0010` and `0011`.
class JobsIT {
    private static ImageRun run;

    @BeforeAll
    static void compute(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.of(folder, "jobs", Engine.read().ids().getFirst());
    }

    /// What is one too few for a batch OpenSSL computes, one after the other.
    @ParameterizedTest
    @CsvSource({"rsa-8, 8, 8 0", "rsa-4, 4, 4 0", "rsa-3, 3, 0 0", "ec-8, 8, 0 8", "ec-3, 3, 0 3", "ec-2, 2, 0 0"})
    void computesABatchWhereItPays(String name, int count, String lanes) {
        assertThat(run.seen(name)).containsExactly(right(count) + ", lanes " + lanes);
    }

    /// The fourth of eight: it must not go out, and the others must not suffer. A wrong bit is what a fault of the machine makes of RSA, and would give the key away.
    @ParameterizedTest
    @ValueSource(strings = {"rsa-error", "rsa-bit", "ec-error"})
    void refusesTheOneThatWentWrong(String name) {
        assertThat(run.seen(name)).singleElement().asString().startsWith(right(3) + " refused " + right(4) + ", lanes ");
    }

    /// OpenSSL takes a ciphertext without the noughts it begins with. A batch would read on behind its end.
    @Test
    void leavesAShortCiphertextToOpenSsl() {
        assertThat(run.seen("short")).containsExactly(right(8) + ", lanes 0 0");
        assertThat(run.seen("full")).containsExactly(right(8) + ", lanes 8 0");
    }

    /// Two threads, seven jobs each, twice. The child ends as a program does.
    @Test
    void goesOnWhereTheProcessForksAndWhereAThreadEnds() {
        assertThat(run.seen("fork")).containsExactly("exit 0, " + right(28) + ", lanes 28 0");
    }

    @Test
    void aBatchThatNeedsTooMuchStackOverwritesNothing() {
        assertThat(run.seen("overflow")).singleElement().asString().startsWith("overflow into guard");
    }

    private static String right(int count) {
        return String.join(" ", Collections.nCopies(count, "right"));
    }
}
