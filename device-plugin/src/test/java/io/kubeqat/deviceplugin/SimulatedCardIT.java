package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.inventory.CardMonitor;
import io.kubeqat.deviceplugin.inventory.DeviceScanner;
import io.kubeqat.deviceplugin.inventory.Tolerance;
import io.kubeqat.deviceplugin.kubelet.FakeKubelet;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Device;
import io.kubeqat.qat.QatDebugfs;
import io.kubeqat.qat.QatModels;
import io.kubeqat.simulator.Scenario;
import io.kubeqat.simulator.Simulator;
import io.kubeqat.simulator.VfioGroupListener;
import io.kubeqat.sysfs.Sysfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The agent beside a card that behaves as the kernel makes it behave: what node-setup and an operator do to it while the agent looks on.
@ExtendWith(LeavesNoTrace.class)
class SimulatedCardIT {
    private static final String CY = "qat.intel.com/cy";
    private static final String DC = "qat.intel.com/dc";
    private static final Tolerance TOLERANCE = new Tolerance(2, 2);

    @TempDir
    Path directory;

    private Simulator simulator;
    private Sysfs sysfs;
    private String pf;
    private FakeKubelet kubelet;
    private NodeAgent agent;
    private Thread thread;

    @BeforeEach
    void startOnBareNode() throws IOException {
        Path plugins = Files.createDirectory(directory.resolve("p"));
        Path vfio = Files.createDirectory(directory.resolve("vfio"));
        Files.createFile(vfio.resolve("vfio"));
        simulator = new Simulator(Scenario.builtIn("one-card").orElseThrow(), InstantSource.system());
        simulator.listen(new Nodes(vfio));
        sysfs = simulator.sysfs();
        pf = "bus/pci/devices/" + sysfs.list("bus/pci/devices").stream().filter(name -> sysfs.exists("bus/pci/devices/" + name + "/sriov_numvfs")).findFirst().orElseThrow();
        kubelet = new FakeKubelet(plugins);
        kubelet.start();
        DevicePluginConfig config = new DevicePluginConfig(
                AllocationPolicy.BALANCED, Optional.empty(), TOLERANCE, CardMonitor.SHORTEST_INTERVAL, Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), plugins, Level.INFO, Optional.empty(), DevicePluginConfig.Output.TABLE, Optional.empty(), "qat.intel.com", Duration.ofMillis(20), directory, vfio);
        agent = new NodeAgent(new DeviceScanner(sysfs, QatModels.known(), vfio, "qat.intel.com", CardMonitor.asking(sysfs, TOLERANCE, CardMonitor.SHORTEST_INTERVAL, System::nanoTime), System::nanoTime), new QatDebugfs(sysfs), config);
        thread = Thread.ofPlatform().name("agent").start(agent::run);
    }

    @AfterEach
    void stop() throws InterruptedException {
        agent.stop();
        thread.join();
        kubelet.close();
    }

    @Test
    void offersEachVfAsSoonAsItIsBound() throws Exception {
        List<String> vfs = makeVfs("asym;sym");
        kubelet.awaitList(CY, list -> list.size() == vfs.size() && healthy(list) == 0);

        bind(vfs.getFirst());
        List<Device> one = kubelet.awaitList(CY, list -> healthy(list) == 1);
        assertThat(one).filteredOn(device -> device.getHealth().equals("Healthy")).extracting(Device::getID).containsExactly(vfs.getFirst());

        vfs.stream().skip(1).forEach(this::bind);
        kubelet.awaitList(CY, list -> healthy(list) == vfs.size());
        assertThat(kubelet.allocate(CY, vfs.getLast()).getContainerResponses(0).getDevicesList()).hasSize(2)
                .allSatisfy(node -> assertThat(Path.of(node.getHostPath())).exists());
    }

    @Test
    void keepsTheNameOfCardThatGoesDownAndComesBack() throws Exception {
        List<String> vfs = makeVfs("asym;sym");
        vfs.forEach(this::bind);
        kubelet.awaitList(CY, list -> healthy(list) == vfs.size());

        sysfs.write(pf + "/qat/state", "down\n");
        assertThat(kubelet.awaitList(CY, list -> healthy(list) == 0)).extracting(Device::getID).containsExactlyElementsOf(vfs);

        assertThat(makeVfs("asym;sym")).isEqualTo(vfs);
        vfs.forEach(this::bind);
        kubelet.awaitList(CY, list -> healthy(list) == vfs.size());
    }

    @Test
    void movesVfsWhenTheirCardGetsOtherServices() throws Exception {
        List<String> vfs = makeVfs("asym;sym");
        vfs.forEach(this::bind);
        kubelet.awaitList(CY, list -> healthy(list) == vfs.size());

        makeVfs("dc").forEach(this::bind);

        kubelet.awaitList(DC, list -> healthy(list) == vfs.size());
        assertThat(kubelet.awaitList(CY, list -> healthy(list) == 0)).hasSameSizeAs(vfs);
    }

    @Test
    void takesTheVfsOfCardThatDoesNotAnswerAndGivesThemBack() throws Exception {
        List<String> vfs = makeVfs("asym;sym");
        vfs.forEach(this::bind);
        kubelet.awaitList(CY, list -> healthy(list) == vfs.size());

        simulator.alive(pf.substring(pf.lastIndexOf('/') + 1), false);
        kubelet.awaitList(CY, list -> healthy(list) == 0);
        simulator.alive(pf.substring(pf.lastIndexOf('/') + 1), true);
        kubelet.awaitList(CY, list -> healthy(list) == vfs.size());
    }

    @Test
    void tellsWhatTheCardMeasuresWhileItsTelemetryIsOn() throws Exception {
        List<String> vfs = makeVfs("asym;sym");
        vfs.forEach(this::bind);
        kubelet.awaitList(CY, list -> healthy(list) == vfs.size());
        String address = pf.substring(pf.lastIndexOf('/') + 1);
        String telemetry = "kernel/debug/qat_4xxx_" + address + "/telemetry";
        assertThat(metrics()).noneMatch(line -> line.startsWith("kube_qat_telemetry{"));

        sysfs.write(telemetry + "/control", "1\n");
        sysfs.write(telemetry + "/rp_B_data", "4\n");
        simulator.work(address, 7);

        assertThat(metrics()).contains(
                "kube_qat_telemetry{pf=\"" + address + "\",counter=\"exec_pke0\"} 2",
                "kube_qat_telemetry{pf=\"" + address + "\",counter=\"exec_pke5\"} 1",
                "kube_qat_ring_pair_telemetry{pf=\"" + address + "\",ring_pair=\"4\",service=\"asym\",counter=\"bw_in\"} 0");
        sysfs.write(telemetry + "/control", "0\n");
        assertThat(metrics()).noneMatch(line -> line.contains("telemetry{"));
    }

    private List<String> metrics() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), agent.statusPort().orElseThrow())) {
            socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private List<String> makeVfs(String services) {
        sysfs.write(pf + "/qat/state", "down\n");
        sysfs.write(pf + "/qat/cfg_services", services + "\n");
        sysfs.write(pf + "/sriov_numvfs", sysfs.read(pf + "/sriov_totalvfs"));
        return sysfs.list("bus/pci/devices").stream().filter(name -> sysfs.exists("bus/pci/devices/" + name + "/physfn")).toList();
    }

    private void bind(String vf) {
        sysfs.write("bus/pci/devices/" + vf + "/driver_override", "vfio-pci\n");
        sysfs.write("bus/pci/drivers/vfio-pci/bind", vf);
    }

    private static long healthy(List<Device> list) {
        return list.stream().filter(device -> device.getHealth().equals("Healthy")).count();
    }

    /// The part of the kernel that makes device nodes.
    private record Nodes(Path directory) implements VfioGroupListener {
        @Override
        public void appeared(String node) {
            try {
                Files.createFile(directory.resolve(node));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void vanished(String node) {
            try {
                Files.delete(directory.resolve(node));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
