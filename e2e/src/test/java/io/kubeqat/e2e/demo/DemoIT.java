package io.kubeqat.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.e2e.example.Example;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.Progress;
import io.kubeqat.testbed.junit.OnTestbed;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// The same run as `make demo`, with fewer handshakes.
@OnTestbed(cards = "../simulator/src/main/resources/io/kubeqat/simulator/two-cards.yaml")
final class DemoIT {
    private static final Progress TELL = step -> System.out.println("demo: " + step);

    @Test
    void allEvidenceHolds(Cluster cluster) {
        Path target = Path.of("target/demo-it").toAbsolutePath();
        Example example = Example.deploy(cluster, Path.of("..").toAbsolutePath().normalize(), Example.certificates(target), TELL);

        assertThat(new Demo(example, 1_000, TELL).evidence())
                .as(() -> new FailureReport(cluster, target.resolve("logs")).write()).hasSize(15).allMatch(Evidence::holds);
    }

    @AfterAll
    static void remove(Cluster cluster) {
        cluster.kubectl("delete", "--kustomize", "../examples/tls-termination", "--wait=true").outputOrThrow();
    }
}
