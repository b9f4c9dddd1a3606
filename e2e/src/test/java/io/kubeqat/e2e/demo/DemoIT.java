package io.kubeqat.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The same run as `make demo`, as a test.
@OnTestbed(cards = "../simulator/src/main/resources/io/kubeqat/simulator/one-card.yaml")
final class DemoIT {
    @Test
    void allEvidenceHolds(Cluster cluster) {
        Demo demo = new Demo(cluster, Path.of("..").toAbsolutePath().normalize(), step -> System.out.println("demo: " + step));

        demo.deploy();

        assertThat(demo.evidence()).as(demo::excerpts).hasSize(10).allMatch(Evidence::holds);
    }
}
