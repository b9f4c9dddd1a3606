package io.kubeqat.e2e.runtimeclass;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// The RuntimeClass on a real cluster: API server, scheduler, kubelet and containerd. Behind its handler stands runc in Kata's place (the testbed's containerd.toml).
@OnTestbed
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RuntimeClassIT {
    private static final String KUSTOMIZATION = "src/test/resources/runtimeclass";
    private static final String NODE_LABEL = "katacontainers.io/kata-runtime";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long MEBI = 1 << 20;

    private static Cluster cluster;
    private static List<HasMetadata> applied;

    @BeforeAll
    static void apply(Cluster testbed) {
        cluster = testbed;
        cluster.kubectl("apply", "-k", "../runtimeclass/deploy", "--server-side", "--dry-run=server").outputOrThrow();
        applied = cluster.apply(Path.of(KUSTOMIZATION));
    }

    @AfterAll
    static void remove() {
        cluster.kubectl("delete", "-k", KUSTOMIZATION, "--wait=true").outputOrThrow();
        cluster.kubectl("label", "nodes", "--all", NODE_LABEL + "-").outputOrThrow();
    }

    @Test
    @Order(1)
    void theApiServerHasItAsItIsWritten() {
        RuntimeClass runtimeClass = applied.stream().filter(RuntimeClass.class::isInstance).map(RuntimeClass.class::cast).findFirst().orElseThrow();
        assertThat(runtimeClass.getHandler()).isEqualTo("kata-qat");
        assertThat(runtimeClass.getOverhead().getPodFixed()).isEqualTo(Map.of("cpu", new Quantity("250m"), "memory", new Quantity("320Mi")));
        assertThat(runtimeClass.getScheduling().getNodeSelector()).isEqualTo(Map.of(NODE_LABEL, "true"));
    }

    @Test
    @Order(2)
    void admissionGivesItsOverheadAndNodeSelectorToThePodThatNamesIt() {
        assertThat(pod("with-runtimeclass").getSpec().getOverhead()).isEqualTo(Map.of("cpu", new Quantity("250m"), "memory", new Quantity("320Mi")));
        assertThat(pod("with-runtimeclass").getSpec().getNodeSelector()).containsEntry(NODE_LABEL, "true");
        assertThat(pod("without-runtimeclass").getSpec().getOverhead()).isNullOrEmpty();
    }

    @Test
    @Order(3)
    void noNodeWithoutKataTakesThePod() {
        await("without-runtimeclass", pod -> pod.getStatus().getPhase().equals("Running"));
        Pod waiting = await("with-runtimeclass", pod -> !pod.getStatus().getConditions().isEmpty());
        assertThat(waiting.getSpec().getNodeName()).isNull();
        assertThat(waiting.getStatus().getConditions()).anyMatch(condition -> condition.getType().equals("PodScheduled") && condition.getStatus().equals("False")
                && condition.getMessage().contains("didn't match Pod's node affinity/selector"));
    }

    @Test
    @Order(4)
    void theNodeThatGetsTheLabelRunsItAndAddsTheOverheadToWhatThePodMayUse() {
        cluster.kubectl("label", "nodes", "--all", NODE_LABEL + "=true").outputOrThrow();
        await("with-runtimeclass", pod -> pod.getStatus().getPhase().equals("Running"));
        assertThat(podMemoryLimit("with-runtimeclass")).as("16 MiB of its container and 320 MiB of overhead").isEqualTo(336 * MEBI);
        assertThat(podMemoryLimit("without-runtimeclass")).isEqualTo(16 * MEBI);
    }

    @Test
    @Order(5)
    void theSchedulerCountsTheOverheadOnTheNode() {
        String described = cluster.kubectl("describe", "nodes").outputOrThrow();
        assertThat(described.lines().filter(line -> line.contains(" with-runtimeclass"))).singleElement().asString()
                .as("requests of 10m and 16Mi, and the overhead").containsPattern("\\s260m \\(\\d+%\\)\\s+350m").containsPattern("\\s336Mi \\(\\d+%\\)\\s+336Mi");
    }

    @Test
    @Order(6)
    void withTheComponentNfdANodeNeedsACardAsWell() {
        List<HasMetadata> withComponent = cluster.apply(Path.of(KUSTOMIZATION, "nfd"));
        assertThat(withComponent).singleElement().isInstanceOfSatisfying(RuntimeClass.class, runtimeClass ->
                assertThat(runtimeClass.getScheduling().getNodeSelector()).isEqualTo(Map.of(NODE_LABEL, "true", "feature.node.kubernetes.io/pci-0b40_8086.present", "true")));
    }

    private static Pod pod(String name) {
        return cluster.client().pods().inNamespace("default").withName(name).get();
    }

    private static Pod await(String name, Predicate<Pod> condition) {
        return cluster.client().pods().inNamespace("default").withName(name).waitUntilCondition(pod -> pod != null && condition.test(pod), PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /// What the kubelet has set for the pod as a whole, in whichever version of control groups the host has.
    private static long podMemoryLimit(String name) {
        String uid = pod(name).getMetadata().getUid();
        String limit = cluster.exec("sh", "-c", "find /sys/fs/cgroup -path '*/pod%1$s/memory.max' -o -path '*/pod%1$s/memory.limit_in_bytes' | head -n 1 | xargs cat".formatted(uid))
                .outputOrThrow().strip();
        return Long.parseLong(limit);
    }
}
