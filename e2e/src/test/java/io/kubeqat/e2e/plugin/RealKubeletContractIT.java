package io.kubeqat.e2e.plugin;

import io.kubeqat.deviceplugin.contract.KubeletContract;
import io.kubeqat.deviceplugin.contract.PluginNode;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/// The contract that `FakeKubelet` keeps in the fast tests, on a real kubelet with the device plugin's image.
@OnTestbed(cards = "src/test/resources/plugin/cards.yaml")
final class RealKubeletContractIT extends KubeletContract {
    private static Cluster cluster;

    @BeforeAll
    static void load(Cluster testbed) {
        cluster = testbed;
        cluster.load(Path.of("../device-plugin/target/jib-image.tar"));
    }

    @Override
    protected PluginNode node() {
        return new TestbedNode(cluster);
    }
}
