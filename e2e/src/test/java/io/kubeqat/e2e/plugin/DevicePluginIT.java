package io.kubeqat.e2e.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// The device plugin's image and manifests under a real kubelet, with the cards of the mounted simulator: what `FakeKubelet` plays, and what only the kubelet does.
@OnTestbed(cards = "src/test/resources/plugin/cards.yaml")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DevicePluginIT {
    private static final String CY = "qat.intel.com/cy";
    private static final int VFS = 8;
    /// `make chaos` asks for 100.
    private static final int ROUNDS = Integer.getInteger("chaos.rounds", 3);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String LAST_VF = "0000:6b:01.0";
    private static final Path RESOURCES = Path.of("src/test/resources/plugin");
    private static Cluster cluster;

    @BeforeAll
    static void deploy(Cluster testbed) throws IOException {
        cluster = testbed;
        cluster.load(Path.of("../device-plugin/target/jib-image.tar"));
        cluster.apply(RESOURCES);
        await("all VFs are offered", DevicePluginIT::allocatable, Integer.valueOf(VFS)::equals);
        cluster.applyManifests(Files.readString(RESOURCES.resolve("pods.yaml")));
    }

    @AfterAll
    static void remove() {
        cluster.kubectl("delete", "-f", RESOURCES.resolve("pods.yaml").toString(), "--ignore-not-found", "--wait=true").outputOrThrow();
        cluster.kubectl("delete", "-k", RESOURCES.toString(), "--wait=true").outputOrThrow();
    }

    @Test
    @Order(1)
    void aRestartedContainerKeepsWhatItsInitContainerHadAndNobodyAllocatesAgain() {
        Pod pod = await("teller's container has been started again", () -> pod("teller"), it -> restarts(it) == 1 && isRunning(it));

        String first = cluster.kubectl("logs", "teller", "-c", "first").outputOrThrow();
        String main = cluster.kubectl("logs", "teller", "-c", "main").outputOrThrow();
        String before = cluster.kubectl("logs", "teller", "-c", "main", "--previous").outputOrThrow();
        assertThat(first).contains("QAT_POLICY=2");
        assertThat(main).startsWith(first).isEqualTo(before);
        assertThat(main.lines().filter(line -> line.matches("[0-9]+|vfio"))).hasSize(3);
        // Two containers of teller, which the kubelet gives the same devices by asking twice, and holder's: none for the restart.
        assertThat(allocations()).isLessThanOrEqualTo(3);
        ContainerStatus status = pod.getStatus().getContainerStatuses().getFirst();
        assertThat(status.getAllocatedResourcesStatus()).singleElement().satisfies(resource -> {
            assertThat(resource.getName()).isEqualTo(CY);
            assertThat(resource.getResources()).hasSize(2).allSatisfy(device -> {
                assertThat(main).contains(device.getResourceID());
                assertThat(device.getHealth()).isEqualTo("Healthy");
            });
        });
    }

    @Test
    @Order(2)
    void aPodsOwnPolicyWins() {
        await("holder runs", () -> pod("holder"), DevicePluginIT::isRunning);

        assertThat(cluster.kubectl("exec", "holder", "--", "sh", "-c", "echo $QAT_POLICY").outputOrThrow()).isEqualTo("0\n");
    }

    @Test
    @Order(3)
    void aPodThatAsksForTooMuchStaysPendingAndIsToldWhy() {
        Pod pod = await("greedy is judged", () -> pod("greedy"), it -> !it.getStatus().getConditions().isEmpty());

        assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
        assertThat(pod.getStatus().getConditions()).anySatisfy(condition -> assertThat(condition.getMessage()).contains("Insufficient " + CY));
        cluster.kubectl("delete", "pod", "greedy", "--now").outputOrThrow();
    }

    @Test
    @Order(4)
    void aDeviceIsFreeAgainWhenItsPodIsGoneThoughNobodyTellsThePlugin() {
        cluster.kubectl("delete", "pod", "teller", "--now").outputOrThrow();
        cluster.applyManifests(asking("filler", VFS - 1));

        await("filler runs with all that holder has left", () -> pod("filler"), DevicePluginIT::isRunning);
        cluster.kubectl("delete", "pod", "filler", "--now").outputOrThrow();
    }

    @Test
    @Order(5)
    void theKubeletCountsRegistrationsAndTheTimeOfAllocations() {
        String metrics = cluster.kubectl("get", "--raw", "/api/v1/nodes/n1/proxy/metrics").outputOrThrow();

        assertThat(metrics).contains("kubelet_device_plugin_registration_total{resource_name=\"" + CY + "\"}")
                .contains("kubelet_device_plugin_alloc_duration_seconds_count{resource_name=\"" + CY + "\"}");
    }

    @Test
    @Order(6)
    void killedKubeletsLoseNothing() throws InterruptedException {
        int restartsBefore = restarts(plugin());
        List<Double> afterSocket = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            int expected = change(round);
            kill("kubelet");
            await("allocatable is " + expected + " after kubelet kill " + round, DevicePluginIT::allocatable, Integer.valueOf(expected)::equals);
            double seen = System.currentTimeMillis() / 1e3;
            double socket = Double.parseDouble(cluster.exec("stat", "-c", "%.3Z", "/var/lib/kubelet/device-plugins/kubelet.sock").outputOrThrow().strip());
            afterSocket.add(seen - socket);
        }
        System.out.println("chaos: kubelet killed " + ROUNDS + " times; seconds from its socket to allocatable: " + figures(afterSocket));
        assertThat(restarts(plugin())).as("restarts of the plugin's container").isEqualTo(restartsBefore);
        assertNothingLost();
    }

    /// The kubelet waits longer and longer before it restarts a container that dies again and again, so each round gets a new pod, which is one more kind of kill.
    @Test
    @Order(7)
    void killedPluginsLoseNothing() throws InterruptedException {
        List<Double> times = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            String pod = plugin().getMetadata().getName();
            int expected = change(round);
            long began = System.nanoTime();
            kill("java.*DevicePluginMain");
            await("allocatable is " + expected + " after plugin kill " + round, DevicePluginIT::allocatable, Integer.valueOf(expected)::equals);
            times.add((System.nanoTime() - began) / 1e9);
            cluster.kubectl("-n", "kube-qat", "delete", "pod", pod, "--wait=true").outputOrThrow();
            await("a new plugin is ready", DevicePluginIT::plugin, it -> it != null && !it.getMetadata().getName().equals(pod) && isReady(it));
        }
        System.out.println("chaos: plugin killed " + ROUNDS + " times; seconds from the kill to allocatable: " + figures(times));
        assertNothingLost();
    }

    /// Takes a VF from its driver in even rounds and gives it back in odd ones.
    ///
    /// @return how many VFs can be allocated then
    private static int change(int round) {
        boolean away = round % 2 == 0;
        cluster.exec("sh", "-c", "echo " + LAST_VF + " > /sys/bus/pci/drivers/vfio-pci/" + (away ? "unbind" : "bind")).outputOrThrow();
        return away ? VFS - 1 : VFS;
    }

    private static void assertNothingLost() throws InterruptedException {
        if (ROUNDS % 2 == 1) {
            change(1);
        }
        await("all VFs are offered", DevicePluginIT::allocatable, Integer.valueOf(VFS)::equals);
        assertThat(isRunning(pod("holder"))).isTrue();
        assertThat(restarts(pod("holder"))).isZero();
        cluster.applyManifests(asking("filler", VFS - 1));
        await("filler runs with all that holder has left", () -> pod("filler"), DevicePluginIT::isRunning);
        cluster.kubectl("delete", "pod", "filler", "--now").outputOrThrow();
    }

    /// By number: found in the node's own process table, which has the node's processes only.
    private static void kill(String pattern) {
        cluster.exec("sh", "-c", "kill -9 $(pgrep -o" + (pattern.equals("kubelet") ? "x " : "f ") + "'" + pattern + "')").outputOrThrow();
    }

    private static String asking(String name, int vfs) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: default}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers: [{name: main, image: "localhost/busybox:testbed", resources: {limits: {%s: %d}}}]
                """.formatted(name, CY, vfs);
    }

    private static int allocatable() {
        var quantity = cluster.client().nodes().withName("n1").get().getStatus().getAllocatable().get(CY);
        return quantity == null ? -1 : Integer.parseInt(quantity.getAmount());
    }

    private static long allocations() {
        String pod = plugin().getMetadata().getName();
        return cluster.kubectl("get", "--raw", "/api/v1/namespaces/kube-qat/pods/" + pod + ":9464/proxy/metrics").outputOrThrow().lines()
                .filter(line -> line.startsWith("kube_qat_allocations_total{")).mapToLong(line -> Long.parseLong(line.replaceFirst(".* ", ""))).sum();
    }

    private static Pod plugin() {
        return cluster.client().pods().inNamespace("kube-qat").withLabel("app.kubernetes.io/name", "qat-device-plugin").list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null).findFirst().orElse(null);
    }

    private static Pod pod(String name) {
        return cluster.client().pods().inNamespace("default").withName(name).get();
    }

    private static boolean isRunning(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream().anyMatch(status -> status.getState().getRunning() != null);
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream().anyMatch(status -> Boolean.TRUE.equals(status.getReady()));
    }

    private static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream().mapToInt(ContainerStatus::getRestartCount).sum();
    }

    private static String figures(List<Double> seconds) {
        List<Double> sorted = seconds.stream().sorted().toList();
        return "median %.2f, longest %.2f".formatted(sorted.get(sorted.size() / 2), sorted.getLast());
    }

    private static <T> T await(String what, Supplier<T> source, Predicate<T> condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        T last = null;
        while (System.nanoTime() < end) {
            try {
                last = source.get();
                if (last != null && condition.test(last)) {
                    return Objects.requireNonNull(last);
                }
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new AssertionError("not within " + PATIENCE + ": " + what + "; last seen: " + last + "\n"
                + cluster.kubectl("-n", "kube-qat", "logs", "daemonset/qat-device-plugin", "--tail=30").output());
    }
}
