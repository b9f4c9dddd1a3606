package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.inventory.CardMonitor;
import io.kubeqat.deviceplugin.inventory.DeviceScanner;
import io.kubeqat.deviceplugin.inventory.Tolerance;
import io.kubeqat.deviceplugin.kubelet.FakeKubelet;
import io.kubeqat.deviceplugin.kubelet.v1beta1.CDIDevice;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerAllocateResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Device;
import io.kubeqat.deviceplugin.kubelet.v1beta1.DevicePluginOptions;
import io.kubeqat.deviceplugin.kubelet.v1beta1.NUMANode;
import io.kubeqat.deviceplugin.kubelet.v1beta1.RegisterRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.TopologyInfo;
import io.kubeqat.qat.QatDebugfs;
import io.kubeqat.qat.QatModels;
import io.kubeqat.sysfs.LinuxSysfs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The whole agent but its `main`, on a node of files, against a kubelet that keeps the contract: what goes over the wire, and what no real kubelet can be made to do. The rest is in `KubeletContract`.
@ExtendWith(LeavesNoTrace.class)
class NodeAgentIT {
    private static final String CY = "qat.intel.com/cy";
    private static final Optional<InetSocketAddress> STATUS = Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private static final String DC = "qat.intel.com/dc";
    private static final String FIRST = NodeTree.address("4b", 1);
    private static final String SECOND = NodeTree.address("4b", 2);
    private static final String THIRD = NodeTree.address("4b", 3);

    @TempDir
    Path directory;

    private Path plugins;
    private Optional<Path> cdi = Optional.empty();
    private Optional<Path> registry = Optional.empty();
    private NodeTree node;
    private FakeKubelet kubelet;
    private NodeAgent agent;
    private Thread thread;

    @BeforeEach
    void makeNode() throws IOException {
        // Short, because the path of a socket has 108 bytes at most.
        plugins = Files.createDirectory(directory.resolve("p"));
        node = new NodeTree(directory).card("4b", "sym;asym", 0, 3).card("8a", "dc", -1, 1);
        kubelet = new FakeKubelet(plugins);
    }

    @AfterEach
    void stop() throws Exception {
        if (thread != null) {
            agent.stop();
            thread.join();
        }
        kubelet.close();
        assertThat(sockets()).isEmpty();
    }

    @Test
    void registersEachNameAndListsItsDevices() throws Exception {
        kubelet.start();
        startAgent();

        List<Device> cy = kubelet.awaitList(CY, list -> true);
        assertThat(cy).containsExactly(device(FIRST, "Healthy", 0), device(SECOND, "Healthy", 0), device(THIRD, "Healthy", 0));
        assertThat(kubelet.awaitRegistrations(2)).extracting(RegisterRequest::getVersion).containsOnly("v1beta1");
        assertThat(kubelet.awaitRegistrations(2)).extracting(RegisterRequest::getEndpoint).noneMatch(endpoint -> endpoint.contains("/"));
        assertThat(kubelet.awaitList(DC, list -> true)).containsExactly(Device.newBuilder().setID(NodeTree.address("8a", 1)).setHealth("Healthy").build());
    }

    @Test
    void saysItsOptionsBothWhenItRegistersAndWhenAsked() throws Exception {
        kubelet.start();
        startAgent();

        kubelet.awaitList(CY, list -> true);
        DevicePluginOptions expected = DevicePluginOptions.newBuilder().setGetPreferredAllocationAvailable(true).build();
        assertThat(kubelet.options(CY)).isEqualTo(expected);
        assertThat(kubelet.awaitRegistrations(2)).extracting(RegisterRequest::getOptions).containsOnly(expected);
    }

    @Test
    void waitsForKubeletThatIsAway() throws Exception {
        FakeKubelet.leaveSocketBehind(plugins.resolve("kubelet.sock"));
        startAgent();
        waitForSockets(list -> !list.isEmpty());

        kubelet.start();

        assertThat(kubelet.awaitList(CY, list -> true)).hasSize(3);
    }

    @Test
    void registersAgainWhenKubeletEndsTheStream() throws Exception {
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> true);
        kubelet.awaitList(DC, list -> true);

        kubelet.endStream(CY);

        kubelet.awaitRegistrations(3);
        assertThat(kubelet.awaitList(CY, list -> true)).hasSize(3);
    }

    @Test
    void registersAgainWhenRefused() throws Exception {
        kubelet.refuse(3);
        kubelet.start();
        startAgent();

        assertThat(kubelet.awaitList(CY, list -> true)).hasSize(3);
        assertThat(kubelet.awaitList(DC, list -> true)).hasSize(1);
        assertThat(kubelet.awaitRegistrations(5)).extracting(RegisterRequest::getEndpoint).doesNotHaveDuplicates();
    }

    @Test
    void sendsListOnceForEachChange() throws Exception {
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> true);

        node.removeNode(101);
        kubelet.awaitList(CY, list -> !healthy(list, SECOND));
        node.addNode(101);
        kubelet.awaitList(CY, list -> healthy(list, SECOND));

        // Many more scans than that have gone by; the other resource has seen no change at all.
        assertThat(kubelet.lists(CY)).isEqualTo(3);
        assertThat(kubelet.lists(DC)).isEqualTo(1);
    }

    @Test
    void noticesVfioDevicesWithoutWaitingForTheNextScan() throws Exception {
        kubelet.start();
        startAgent(Duration.ofHours(1));
        kubelet.awaitList(CY, list -> healthy(list, SECOND));

        node.removeNode(101);
        kubelet.awaitList(CY, list -> !healthy(list, SECOND));
        node.addNode(101);
        kubelet.awaitList(CY, list -> healthy(list, SECOND));
    }

    @Test
    void oneBadDeviceHarmsNoOther() throws Exception {
        node.removeGroup(FIRST);
        kubelet.start();
        startAgent();

        assertThat(kubelet.awaitList(CY, list -> true))
                .containsExactly(device(FIRST, "Unhealthy", 0), device(SECOND, "Healthy", 0), device(THIRD, "Healthy", 0));
    }

    @Test
    void allocatesNamesThatTheContainerRuntimeKnows() throws Exception {
        cdi = Optional.of(Files.createDirectory(directory.resolve("cdi")));
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> true);

        ContainerAllocateResponse response = kubelet.allocate(CY, SECOND).getContainerResponses(0);

        assertThat(response.getDevicesList()).isEmpty();
        assertThat(response.getCdiDevicesList()).extracting(CDIDevice::getName).containsExactly("qat.intel.com/vf=" + SECOND);
        assertThat(response.getEnvsMap()).containsEntry("QAT_POLICY", "1");
        assertThat(Files.list(cdi.get())).extracting(Path::getFileName).extracting(Path::toString).containsExactly("kube-qat.json");
        assertThat(Files.readString(cdi.get().resolve("kube-qat.json"))).startsWith("""
                {
                  "cdiVersion": "0.5.0",
                  "kind": "qat.intel.com/vf",
                  "devices": [
                    {
                      "name": "0000:4b:00.1",
                      "containerEdits": {
                        "deviceNodes": [
                          {"path": "/dev/vfio/100", "hostPath": "%1$s/100", "permissions": "rw"}
                        ]
                      }
                    },
                """.formatted(node.vfio())).contains("{\"path\": \"/dev/vfio/vfio\", \"hostPath\": \"" + node.vfio() + "/vfio\", \"permissions\": \"rw\"}");
    }

    @Test
    void nothingIsHealthyThatTheContainerRuntimeCannotKnow() throws Exception {
        cdi = Optional.of(directory.resolve("cdi"));
        kubelet.start();
        startAgent();

        assertThat(kubelet.awaitList(CY, list -> true)).hasSize(3).extracting(Device::getHealth).containsOnly("Unhealthy");
        Files.createDirectory(cdi.get());
        kubelet.awaitList(CY, list -> healthy(list, FIRST) && healthy(list, SECOND) && healthy(list, THIRD));
        Files.move(cdi.get(), directory.resolve("gone"));
        kubelet.awaitList(CY, list -> list.stream().allMatch(device -> device.getHealth().equals("Unhealthy")));
    }

    @Test
    void lossOfHealthIsToldWhileTheContainerRuntimeCannotBe() throws Exception {
        cdi = Optional.of(Files.createDirectory(directory.resolve("cdi")));
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> healthy(list, SECOND));

        Path inTheWay = Files.createDirectory(cdi.get().resolve("kube-qat.json.next"));
        node.removeGroup(SECOND);
        node.card("4c", "sym;asym", 0, 1);

        assertThat(kubelet.awaitList(CY, list -> list.size() == 4 && !healthy(list, SECOND)))
                .containsExactly(device(FIRST, "Healthy", 0), device(SECOND, "Unhealthy", 0), device(THIRD, "Healthy", 0), device(NodeTree.address("4c", 1), "Unhealthy", 0));
        Files.delete(inTheWay);
        kubelet.awaitList(CY, list -> healthy(list, NodeTree.address("4c", 1)));
    }

    @Test
    void offersWhatThePluginBeforeItHasDescribedWhileNothingCanBeWritten() throws Exception {
        cdi = Optional.of(Files.createDirectory(directory.resolve("cdi")));
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> healthy(list, SECOND));
        agent.stop();
        thread.join();
        kubelet.kill();

        Files.createDirectory(cdi.get().resolve("kube-qat.json.next"));
        kubelet.start();
        startAgent();
        assertThat(kubelet.awaitList(CY, list -> list.size() == 3)).allMatch(device -> device.getHealth().equals("Healthy"));
    }

    @Test
    void answersWhateverTheKubeletCallsIt() throws Exception {
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> true);

        // Since 1.26, before, and by plugins_registry.
        for (String authority : List.of("localhost", "a", "%2Fvar%2Flib%2Fkubelet%2Fplugins_registry%2Fa.sock")) {
            assertThat(kubelet.optionsCalling(CY, authority).getGetPreferredAllocationAvailable()).as(authority).isTrue();
        }
    }

    @Test
    void refusesUnknownAndUnhealthyDevices() throws Exception {
        node.removeNode(101);
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> true);

        Status unknown = refusal("0000:ff:00.1");
        assertThat(unknown.getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(unknown.getDescription()).isEqualTo("cannot allocate 0000:ff:00.1: qat.intel.com/cy has no such device on this node; "
                + "delete the pod, and its controller will make one that is given another");
        Status unhealthy = refusal(SECOND);
        assertThat(unhealthy.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(unhealthy.getDescription()).isEqualTo("cannot allocate " + SECOND + " of qat.intel.com/cy: it is unhealthy (" + node.vfio() + "/101 does not exist); "
                + "delete the pod, and its controller will make one that is given another");
    }

    @Test
    void answersEachContainerOfCallInOrder() throws Exception {
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> true);

        assertThat(kubelet.allocateEach(CY, List.of(THIRD), List.of(FIRST)).getContainerResponsesList())
                .extracting(response -> response.getEnvsMap().get("QAT0")).containsExactly(THIRD, FIRST);
    }

    @Test
    void prefersWhatMustBeIn() throws Exception {
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> true);

        assertThat(kubelet.preferred(CY, List.of(FIRST, SECOND, THIRD), List.of(THIRD), 2)).containsExactly(THIRD, FIRST);
        assertThat(kubelet.preferred(CY, List.of("nonsense"), List.of(), -1)).isEmpty();
    }

    @Test
    void removesWhatKilledPluginHasLeft() throws Exception {
        Path leftover = plugins.resolve("kube-qat-cy-old-1.sock");
        FakeKubelet.leaveSocketBehind(leftover);
        startAgent();
        waitForSockets(list -> list.size() == 2);

        assertThat(leftover).doesNotExist();
    }

    @Test
    void tellsWhetherItLivesAndIsRegistered() throws Exception {
        startAgent();
        waitForSockets(list -> list.size() == 2);

        assertThat(get("/healthz")).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok\n");
        assertThat(get("/readyz")).startsWith("HTTP/1.1 503 ").endsWith("not registered with the kubelet: qat.intel.com/cy, qat.intel.com/dc\n");
        kubelet.start();
        kubelet.awaitList(CY, list -> true);
        kubelet.awaitList(DC, list -> true);
        kubelet.allocate(CY, FIRST);

        // The list goes out before the kubelet's answer to the registration comes in.
        String ready = get("/readyz");
        for (int i = 0; i < 1000 && !ready.startsWith("HTTP/1.1 200 "); i++) {
            ready = get("/readyz");
        }
        assertThat(ready).startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    void tellsInFiguresWhatItOffers() throws Exception {
        node.removeNode(101);
        node.heartbeat("4b", true, 1, 0);
        node.firmwareCounters("4b", 190235, 190230);
        kubelet.start();
        startAgent();
        kubelet.awaitList(CY, list -> true);
        kubelet.allocate(CY, FIRST, THIRD);
        refusal(SECOND);

        assertThat(get("/metrics").lines()).contains(
                "HTTP/1.1 200 OK",
                "Content-Type: text/plain; version=0.0.4; charset=utf-8",
                "# TYPE kube_qat_vfs gauge",
                "kube_qat_vfs{pf=\"0000:4b:00.0\",resource=\"qat.intel.com/cy\",health=\"healthy\",reason=\"\"} 2",
                "kube_qat_vfs{pf=\"0000:4b:00.0\",resource=\"qat.intel.com/cy\",health=\"unhealthy\",reason=\"" + node.vfio() + "/101 does not exist\"} 1",
                "kube_qat_vfs{pf=\"0000:8a:00.0\",resource=\"qat.intel.com/dc\",health=\"healthy\",reason=\"\"} 1",
                "kube_qat_pf_healthy{pf=\"0000:4b:00.0\"} 1",
                "kube_qat_pf_source_available{pf=\"0000:4b:00.0\",source=\"heartbeat\"} 1",
                "kube_qat_pf_source_available{pf=\"0000:8a:00.0\",source=\"heartbeat\"} 0",
                "kube_qat_allocations_total{resource=\"qat.intel.com/cy\"} 1",
                "kube_qat_allocations_refused_total{resource=\"qat.intel.com/cy\"} 1",
                "kube_qat_fw_requests_total{pf=\"0000:4b:00.0\",engine=\"0\"} 190235",
                "kube_qat_fw_responses_total{pf=\"0000:4b:00.0\",engine=\"0\"} 190230");
    }

    @Test
    void isFoundInPluginsRegistryAlsoByTheNextKubelet() throws Exception {
        Path directory = startInRegistry();
        kubelet.lookInto(directory);

        assertThat(kubelet.awaitList(CY, list -> true)).hasSize(3);
        assertThat(kubelet.awaitList(DC, list -> true)).hasSize(1);
        assertThat(kubelet.allocate(CY, FIRST).getContainerResponses(0).getEnvsMap()).containsEntry("QAT_POLICY", "1");
        List<String> before = names(directory);
        kubelet.kill();
        kubelet.start();
        kubelet.lookInto(directory);

        assertThat(kubelet.awaitList(CY, list -> true)).hasSize(3);
        assertThat(names(directory)).isEqualTo(before);
        assertThat(kubelet.awaitRegistrations(0)).isEmpty();
    }

    @Test
    void offersItselfAnewInPluginsRegistryWhenTheKubeletEndsTheStream() throws Exception {
        Path directory = startInRegistry();
        kubelet.lookInto(directory);
        kubelet.awaitList(CY, list -> true);
        kubelet.awaitList(DC, list -> true);
        List<String> before = names(directory);

        kubelet.endStream(CY);
        await("a new socket for the stream that has ended", () -> names(directory).size() == 2 && !names(directory).equals(before));
        kubelet.lookInto(directory);

        assertThat(kubelet.awaitList(CY, list -> true)).hasSize(3);
        assertThat(names(directory)).hasSize(2).anyMatch(before::contains);
    }

    private Path startInRegistry() throws Exception {
        Path directory = Files.createDirectory(this.directory.resolve("r"));
        registry = Optional.of(directory);
        kubelet.start();
        startAgent();
        await("a socket for each name", () -> names(directory).size() == 2);
        return directory;
    }

    private String get(String path) throws Exception {
        int port = agent.statusPort().orElseThrow();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Status refusal(String id) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> kubelet.allocate(CY, id)).getStatus();
    }

    private void startAgent() {
        startAgent(Duration.ofMillis(20));
    }

    private void startAgent(Duration scanInterval) {
        DevicePluginConfig config = new DevicePluginConfig(
                AllocationPolicy.BALANCED, cdi, Tolerance.STANDARD, CardMonitor.SHORTEST_INTERVAL, STATUS, plugins, Level.INFO, Optional.empty(), DevicePluginConfig.Output.TABLE, registry, "qat.intel.com", scanInterval, node.sysfs(), node.vfio());
        LinuxSysfs sysfs = new LinuxSysfs(node.sysfs());
        CardMonitor monitor = CardMonitor.asking(sysfs, Tolerance.STANDARD, CardMonitor.SHORTEST_INTERVAL, System::nanoTime);
        agent = new NodeAgent(new DeviceScanner(sysfs, QatModels.known(), node.vfio(), "qat.intel.com", monitor, System::nanoTime), new QatDebugfs(sysfs), config);
        thread = Thread.ofPlatform().name("agent").start(agent::run);
    }

    private List<String> sockets() throws IOException {
        return names(plugins);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("kube-qat-")).sorted().toList();
        }
    }

    private void waitForSockets(Predicate<List<String>> condition) throws Exception {
        await("sockets", () -> condition.test(sockets()));
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("no %s within 20 s", what).isLessThan(end);
            Thread.sleep(1);
        }
    }

    private static boolean healthy(List<Device> list, String id) {
        return list.stream().anyMatch(device -> device.getID().equals(id) && device.getHealth().equals("Healthy"));
    }

    private static Device device(String id, String health, int node) {
        return Device.newBuilder()
                .setID(id)
                .setHealth(health)
                .setTopology(TopologyInfo.newBuilder().addNodes(NUMANode.newBuilder().setID(node)))
                .build();
    }
}
