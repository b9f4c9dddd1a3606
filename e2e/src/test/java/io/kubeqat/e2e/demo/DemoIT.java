package io.kubeqat.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.e2e.example.Example;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.Progress;
import io.kubeqat.testbed.junit.OnTestbed;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same run as `make demo`, with fewer handshakes.
@OnTestbed(cards = "../simulator/src/main/resources/io/kubeqat/simulator/two-cards.yaml")
final class DemoIT {
    private static final Progress TELL = step -> System.out.println("demo: " + step);
    private static final Path TARGET = Path.of("target/demo-it").toAbsolutePath();

    private static Example example;

    @BeforeAll
    static void deploy(Cluster cluster) {
        example = Example.deploy(cluster, Path.of("..").toAbsolutePath().normalize(), Example.certificates(TARGET), TELL);
    }

    @AfterAll
    static void remove(Cluster cluster) {
        cluster.kubectl("delete", "--kustomize", "../examples/tls-termination", "--wait=true").outputOrThrow();
    }

    @Test
    void allEvidenceHolds(Cluster cluster) {
        assertThat(new Demo(example, 1_000, TELL).evidence())
                .as(() -> new FailureReport(cluster, TARGET.resolve("logs")).write()).hasSize(15).allMatch(Evidence::holds);
    }

    /// What there is to read if it does not.
    @Test
    void aFailureLeavesTheEndOfThreeLogsAndAFolderWithTheRest(Cluster cluster, @TempDir Path folder) {
        Path logs = folder.resolve("logs");

        assertThat(new FailureReport(cluster, logs).write()).containsSubsequence("--- pods", "haproxy-ingress-", "--- last lines of node-setup", "bdf=0000:6b:00.0",
                "--- last lines of device-plugin", "registered resource=qat.intel.com/cy", "--- last lines of haproxy-ingress", "haproxy update");
        assertThat(logs.resolve("haproxy.cfg")).content().contains("ssl-engine qat");
        assertThat(logs.resolve("description-of-nodes")).content().contains("qat.intel.com/cy");
        assertThat(logs.resolve("objects.yaml")).content().contains("kind: Ingress");
        assertThat(logs.resolve("node-kubelet.log")).isNotEmptyFile();
        assertThat(cluster.components()).allSatisfy(component -> assertThat(logs.resolve("node-" + component + ".log")).isRegularFile());
    }
}
