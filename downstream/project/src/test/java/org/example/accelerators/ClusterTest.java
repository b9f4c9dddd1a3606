package org.example.accelerators;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import org.junit.jupiter.api.Test;

@OnTestbed(cards = "src/test/resources/one-card.yaml")
final class ClusterTest {
    @Test
    void hasARealNodeWithASimulatedCard(Cluster cluster) {
        assertEquals("n1", cluster.client().nodes().list().getItems().getFirst().getMetadata().getName());
        assertEquals("0x4940\n", cluster.exec("cat", "/sys/bus/pci/devices/0000:6b:00.0/device").outputOrThrow());
    }
}
