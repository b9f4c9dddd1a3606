package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What HAProxy does with `KUBE_QAT_ACCELERATION` and an `ssl-engine` that cannot work, or has nothing to work with: `patches/haproxy/0003` and `0004`.
class AccelerationIT {
    private static ImageRun run;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.of(folder, "acceleration");
    }

    /// A name no engine has, an algorithm no engine has, a misspelt keyword.
    @ParameterizedTest
    @ValueSource(strings = {"qatt", "qat algo RSA,ECC", "qat alog RSA"})
    void startsAndServesWithAWrongEngineUnlessItIsRequired(String wrong) {
        assertThat(run.seen("preferred " + wrong + ":")).containsExactly("served", "reload 1, served");
        assertThat(run.seen("required " + wrong + ":")).containsExactly("refused");
    }

    @Test
    void saysThatItGoesOnWithout() {
        assertThat(run.said()).anyMatch(line -> line.contains("'ssl-engine qatt' fails; going on without it, as KUBE_QAT_ACCELERATION is not required"));
    }

    @Test
    void aReloadWithAWrongEngineFailsAndTheWorkerWithTheRightOneGoesOn() {
        assertThat(run.seen("good:")).containsExactly("served, engine loaded");
        assertThat(run.seen("bad reload:")).containsExactly("0, served, engine loaded");
        assertThat(run.seen("good reload:")).containsExactly("1, served, engine loaded");
    }

    /// Where the running worker has no engine there is none to keep.
    @Test
    void aReloadWithAWrongEngineSucceedsWhereTheWorkerHasNone() {
        assertThat(run.seen("reload without:")).containsExactly("1, served, engine none");
        assertThat(run.seen("then a bad one:")).containsExactly("1, served, engine none");
        assertThat(run.seen("nonsense:")).containsExactly("0, served, engine none");
        assertThat(run.seen("then a bad one again:")).containsExactly("1, served, engine none");
    }

    /// A worker that found no VF free after a reload; the old one's verdict says nothing of it.
    @ParameterizedTest
    @CsvSource({"required, hw, 200", "required, none, 503", "preferred, hw, 200", "preferred, none, 200"})
    void aWorkerIsNotReadyWithoutTheAccelerationThatIsRequired(String wanted, String inForce, String status) {
        assertThat(run.seen("worker " + wanted + " " + inForce + ":"))
                .containsExactly("acceleration=" + inForce + " wanted=" + wanted + " " + status);
        // What the controller asks, patches/controller/0004.
        assertThat(run.seen("command " + wanted + " " + inForce + ":")).containsExactly("QAT_ENGINE_ACCELERATION=" + inForce);
        assertThat(run.seen("metric " + wanted + " " + inForce + ":")).singleElement().asString()
                .contains(" kube_qat_worker_info{wanted=\"" + wanted + "\",preflight=\"hw\",acceleration=\"" + inForce + "\"} 1 ");
    }

    /// The worker that has a VF goes on; or, where acceleration is only preferred, the next one serves without.
    @Test
    void aReloadWithNothingToAccelerateWithFailsWhereThatIsRequired() {
        assertThat(run.seen("reload with nothing, required:")).containsExactly("0, served, acceleration=hw wanted=required 200");
        assertThat(run.seen("reload with nothing, preferred:")).containsExactly("1, served, acceleration=none wanted=preferred 200");
        assertThat(run.said()).anyMatch(line -> line.contains("'ssl-engine slow' has nothing to accelerate with, and KUBE_QAT_ACCELERATION is required"));
    }

    /// RSA and ECDSA.
    @Test
    void handshakesGoPastAnEngineThatHasNothingToAccelerateWith() {
        assertThat(run.seen("past it:")).containsExactly("served, served");
    }

    @Test
    void offLeavesTheEngineOut() {
        assertThat(run.seen("off:")).containsExactly("served, engine none");
        assertThat(run.said()).anyMatch(line -> line.contains("'ssl-engine qat' is left out: KUBE_QAT_ACCELERATION is off"));
    }
}
