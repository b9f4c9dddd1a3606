package io.kubeqat.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `kube-qat verify` where there is no cluster to look at.
final class VerifyContainerIT {
    @Test
    void endsWithThreeWithoutAKubeconfig() throws IOException, InterruptedException {
        Run run = run("verify");
        assertThat(run.exitCode()).as(run.log()).isEqualTo(3);
        assertThat(run.log()).contains("kubeconfig");
    }

    @Test
    void endsWithTwoForAnOptionThatThereIsNot() throws IOException, InterruptedException {
        Run run = run("verify", "--contxt", "here");
        assertThat(run.exitCode()).as(run.log()).isEqualTo(2);
        assertThat(run.log()).contains("--contxt");
    }

    private static Run run(String... arguments) throws IOException, InterruptedException {
        return Run.of("verify", Manifest.of("verify/deploy/job.yaml", "verify").host(), List.of(), arguments);
    }
}
