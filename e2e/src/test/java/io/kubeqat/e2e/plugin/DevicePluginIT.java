package io.kubeqat.e2e.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    private static final String LAST_VF = "0000:e8:00.4";
    private static final Path RESOURCES = Path.of("src/test/resources/plugin");
    private static final String DEVICE_PLUGINS = "/var/lib/kubelet/device-plugins";
    private static final String SOCKET = DEVICE_PLUGINS + "/kubelet.sock";
    private static final String REGISTRY = "/var/lib/kubelet/plugins_registry";
    /// Where the kubelet keeps what it knows of devices (1.36 `pkg/kubelet/cm/devicemanager/checkpoint`): written as soon as it knows, while the node's status waits for its turn.
    private static final String CHECKPOINT = DEVICE_PLUGINS + "/kubelet_internal_checkpoint";
    private static final Pattern REGISTERED = Pattern.compile("\"RegisteredDevices\":\\{\"" + CY + "\":\\[([^\\]]*)\\]");
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
        cluster.kubectl("delete", "pod", "teller", "--now").outputOrThrow();
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
    void theKubeletCountsRegistrationsAndTheTimeOfAllocations() {
        String metrics = cluster.kubectl("get", "--raw", "/api/v1/nodes/n1/proxy/metrics").outputOrThrow();

        assertThat(metrics).contains("kubelet_device_plugin_registration_total{resource_name=\"" + CY + "\"}")
                .contains("kubelet_device_plugin_alloc_duration_seconds_count{resource_name=\"" + CY + "\"}");
    }

    @Test
    @Order(5)
    void killedKubeletsLoseNothing() throws IOException {
        int restartsBefore = restarts(plugin());
        List<Double> afterSocket = new ArrayList<>();
        List<Double> toAllocatable = new ArrayList<>();
        long begun = System.nanoTime();
        for (int round = 0; round < ROUNDS; round++) {
            kill("kubelet");
            // While it is dead: only the next one can come to know of it.
            int expected = change(round);
            await(expected + " VFs are known after kubelet kill " + round, DevicePluginIT::registered, Integer.valueOf(expected)::equals);
            afterSocket.add(modified(CHECKPOINT) - modified(SOCKET));
            await("allocatable is " + expected + " after kubelet kill " + round, DevicePluginIT::allocatable, Integer.valueOf(expected)::equals);
            toAllocatable.add(System.currentTimeMillis() / 1e3 - modified(SOCKET));
        }
        System.out.println("chaos: kubelet killed " + ROUNDS + " times in " + seconds(begun) + " s; seconds from its socket until it knows the VFs: " + figures(afterSocket)
                + "; until the node's allocatable says so (which the testbed's kubelet looks at each 0.2 s): " + figures(toAllocatable));
        assertThat(restarts(plugin())).as("restarts of the plugin's container").isEqualTo(restartsBefore);
        assertNothingLost();
    }

    /// The testbed's kubelet restarts a container a second after it ended, however often that happens.
    @Test
    @Order(6)
    void killedPluginsLoseNothing() {
        int restartsBefore = restarts(plugin());
        List<Double> times = new ArrayList<>();
        long begun = System.nanoTime();
        for (int round = 0; round < ROUNDS; round++) {
            long began = System.nanoTime();
            kill("java.*DevicePluginMain");
            int expected = change(round);
            await(expected + " VFs are known after plugin kill " + round, DevicePluginIT::registered, Integer.valueOf(expected)::equals);
            times.add(seconds(began));
        }
        System.out.println("chaos: plugin killed " + ROUNDS + " times in " + seconds(begun) + " s; seconds from the kill until the kubelet knows the VFs again: " + figures(times));
        await("the kubelet has counted the restarts", () -> restarts(plugin()) - restartsBefore, Integer.valueOf(ROUNDS)::equals);
        assertNothingLost();
    }

    @Test
    @Order(7)
    void handsDevicesOutByTheContainerDeviceInterface() {
        deploy("plugin-cdi");

        cluster.applyManifests(asking("described", 2).replace("image:", "command: [sh, -c, 'env | grep QAT[01]; ls -l /dev/vfio; sleep 100000'], image:"));
        await("described runs", () -> pod("described"), DevicePluginIT::isRunning);
        String seen = await("described has told", () -> cluster.kubectl("logs", "described").outputOrThrow(), it -> it.contains(" vfio\n"));
        String specification = cluster.exec("cat", "/var/run/cdi/kube-qat.json").outputOrThrow();
        List<String> vfs = seen.lines().filter(line -> line.startsWith("QAT")).map(line -> line.substring(line.indexOf('=') + 1)).toList();
        assertThat(vfs).hasSize(2).allSatisfy(vf -> assertThat(specification).contains("\"name\": \"" + vf + "\""));
        assertThat(seen.lines().filter(line -> line.startsWith("c")).map(line -> line.replaceFirst(".* ", ""))).hasSize(3).contains("vfio")
                .allSatisfy(node -> assertThat(specification).contains("\"path\": \"/dev/vfio/" + node + "\""));
        // Not by nodes as well: an answer with both would not have been made (Allocation refuses it), and this is the mode in force.
        assertThat(cluster.kubectl("-n", "kube-qat", "logs", "daemonset/qat-device-plugin").outputOrThrow()).contains(" cdi-dir=/var/run/cdi ");
        cluster.kubectl("delete", "pod", "described", "--now").outputOrThrow();
    }

    @Test
    @Order(8)
    void isFoundInPluginsRegistryAlsoByKubeletThatWasKilled() {
        deploy("plugin-registry");
        int restartsBefore = restarts(plugin());
        String sockets = await("the kubelet has found it", () -> cluster.exec("ls", REGISTRY).outputOrThrow(), it -> it.contains(".sock") && registered() == VFS);

        kill("kubelet");
        int expected = change(0);
        await(expected + " VFs are known to the next kubelet", DevicePluginIT::registered, Integer.valueOf(expected)::equals);
        change(1);
        await(VFS + " VFs are known to the next kubelet", DevicePluginIT::registered, Integer.valueOf(VFS)::equals);

        assertThat(cluster.exec("ls", REGISTRY).outputOrThrow()).isEqualTo(sockets);
        assertThat(cluster.exec("ls", DEVICE_PLUGINS).outputOrThrow()).doesNotContain("kube-qat-");
        assertThat(restarts(plugin())).isEqualTo(restartsBefore);
        cluster.applyManifests(asking("found", 1));
        await("found runs", () -> pod("found"), DevicePluginIT::isRunning);
        cluster.kubectl("delete", "pod", "found", "--now").outputOrThrow();
    }

    private static void deploy(String variant) {
        String before = plugin().getMetadata().getName();
        cluster.apply(RESOURCES.resolveSibling(variant));
        await("the plugin's pod is another one", DevicePluginIT::plugin, it -> it != null && !it.getMetadata().getName().equals(before) && isReady(it));
        await("all VFs are known", DevicePluginIT::registered, Integer.valueOf(VFS)::equals);
    }

    /// Takes a VF from its driver in even rounds and gives it back in odd ones.
    ///
    /// @return how many VFs can be allocated then
    private static int change(int round) {
        boolean away = round % 2 == 0;
        cluster.exec("sh", "-c", "echo " + LAST_VF + " > /sys/bus/pci/drivers/vfio-pci/" + (away ? "unbind" : "bind")).outputOrThrow();
        return away ? VFS - 1 : VFS;
    }

    private static void assertNothingLost() {
        if (ROUNDS % 2 == 1) {
            change(1);
        }
        await("all VFs are offered", DevicePluginIT::allocatable, Integer.valueOf(VFS)::equals);
        assertThat(isRunning(pod("holder"))).isTrue();
        assertThat(restarts(pod("holder"))).isZero();
        await("filler runs with all that holder has left", DevicePluginIT::filler, DevicePluginIT::isRunning);
        cluster.kubectl("delete", "pod", "filler", "--now").outputOrThrow();
    }

    /// Made again where the kubelet has refused it, as a controller would: one that has just started still counts the VFs of pods that are gone.
    private static Pod filler() {
        Pod pod = pod("filler");
        if (pod != null && pod.getStatus().getPhase().equals("Failed")) {
            cluster.kubectl("delete", "pod", "filler", "--now").outputOrThrow();
            pod = null;
        }
        if (pod == null) {
            cluster.applyManifests(asking("filler", VFS - 1));
        }
        return pod("filler");
    }

    /// By number: found in the node's own process table, which has the node's processes only.
    private static void kill(String pattern) {
        cluster.exec("sh", "-c", "kill -9 $(pgrep -o" + (pattern.equals("kubelet") ? "x " : "f ") + "'" + pattern + "')").outputOrThrow();
    }

    /// In seconds of the clock that all of this machine share.
    private static double modified(String path) throws IOException {
        return Files.getLastModifiedTime(seen(path)).toMillis() / 1e3;
    }

    /// A file of the node as this process sees it.
    private static Path seen(String path) {
        return Path.of("/proc/" + cluster.nodeProcess() + "/root" + path);
    }

    private static double seconds(long since) {
        return Math.round((System.nanoTime() - since) / 1e7) / 1e2;
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

    /// How many healthy VFs the kubelet knows of.
    private static int registered() {
        Matcher registered = REGISTERED.matcher(read(CHECKPOINT));
        return registered.find() ? (int) registered.group(1).chars().filter(c -> c == ':').count() / 2 : -1;
    }

    private static String read(String path) {
        try {
            return Files.readString(seen(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new AssertionError("not within " + PATIENCE + ": " + what + "; last seen: " + last + "\n"
                + cluster.kubectl("-n", "kube-qat", "logs", "daemonset/qat-device-plugin", "--tail=30").output());
    }
}
