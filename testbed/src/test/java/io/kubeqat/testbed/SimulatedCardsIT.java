package io.kubeqat.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.testbed.junit.OnTestbed;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Simulated cards are on the node what real ones are: any pod sees them, only a pod that may write the host's `/sys` changes them.
@OnTestbed(cards = "src/test/resources/cards/one-card.yaml")
final class SimulatedCardsIT {
    private static final String CARD = "/sys/bus/pci/devices/0000:6b:00.0";

    @Test
    void areInEveryContainersSysAndChangedThroughTheHosts(Cluster cluster) {
        cluster.apply(Path.of("src/test/resources/cards"));
        for (String pod : new String[] {"reader", "writer"}) {
            cluster.client().pods().inNamespace("default").withName(pod).waitUntilReady(60, TimeUnit.SECONDS);
        }
        assertThat(inPod(cluster, "reader", "cat " + CARD + "/device").outputOrThrow()).isEqualTo("0x4940\n");
        assertThat(inPod(cluster, "reader", "ls /sys/bus/pci/devices | wc -l").outputOrThrow()).isEqualTo("1\n");
        assertThat(inPod(cluster, "reader", "echo 1 > " + CARD + "/sriov_numvfs").error()).contains("Read-only file system");
        assertThat(inPod(cluster, "reader", "ulimit -n").outputOrThrow()).isEqualTo(cluster.exec("sh", "-c", "ulimit -n").outputOrThrow());
        assertThat(cluster.exec("ls", "/dev/vfio").outputOrThrow()).isEqualTo("vfio\n");

        inPod(cluster, "writer", """
                set -e
                echo up > %1$s/qat/state
                echo 16 > %1$s/sriov_numvfs
                vf=$(basename $(readlink %1$s/virtfn0))
                echo vfio-pci > /sys/bus/pci/devices/$vf/driver_override
                echo $vf > /sys/bus/pci/drivers_probe
                """.formatted(CARD)).outputOrThrow();
        assertThat(inPod(cluster, "reader", "ls /sys/bus/pci/devices | wc -l").outputOrThrow()).isEqualTo("17\n");
        String group = cluster.exec("sh", "-c", "basename $(readlink " + CARD + "/virtfn0/iommu_group)").outputOrThrow().strip();
        assertThat(cluster.exec("ls", "/dev/vfio").outputOrThrow().lines()).containsExactlyInAnyOrder(group, "vfio");
        assertThat(Path.of("/sys/bus/pci/devices/0000:6b:00.0")).as("the host's own /sys").doesNotExist();
        cluster.kubectl("delete", "pod", "reader", "writer", "--now").outputOrThrow();
    }

    @Test
    void areNotSharedWithAClusterBesideThisOne(Cluster cluster) {
        ClusterOptions options = ClusterOptions.named("beside-" + ProcessHandle.current().pid());
        try (Cluster beside = Cluster.start(options, step -> System.out.println("testbed, beside: " + step))) {
            assertThat(beside.exec("test", "-e", CARD).exitCode()).isEqualTo(1);
            assertThat(beside.client().nodes().list().getItems()).hasSize(1);
            assertThat(cluster.exec("test", "-e", CARD).exitCode()).isZero();
            assertThat(cluster.kubectl("get", "node", "n1").succeeded()).isTrue();
        }
        assertThat(Leftovers.of(options)).isEqualTo(Leftovers.NONE);
        assertThat(cluster.kubectl("get", "node", "n1").succeeded()).isTrue();
    }

    private static CommandResult inPod(Cluster cluster, String pod, String script) {
        return cluster.kubectl("exec", pod, "--", "sh", "-c", script);
    }
}
