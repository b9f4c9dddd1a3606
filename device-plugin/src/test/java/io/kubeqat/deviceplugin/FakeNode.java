package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.contract.Kubelet;
import io.kubeqat.deviceplugin.contract.PluginNode;
import io.kubeqat.deviceplugin.inventory.CardMonitor;
import io.kubeqat.deviceplugin.inventory.DeviceScanner;
import io.kubeqat.deviceplugin.inventory.Tolerance;
import io.kubeqat.deviceplugin.kubelet.FakeKubelet;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerAllocateResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Device;
import io.kubeqat.qat.QatDebugfs;
import io.kubeqat.qat.QatModels;
import io.kubeqat.sysfs.LinuxSysfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A node of files with agents in this process, and [FakeKubelet] with the books that a real one keeps: which pod has what, over its own death.
///
/// Chooses as kubelet 1.36 does (`pkg/kubelet/cm/devicemanager/manager.go`, `devicesToAllocate` and `Allocate`): asks for the plugin's preference, takes of it what is free, and fills up
/// in no order; and looks each id up again once the plugin has answered.
final class FakeNode implements PluginNode, Kubelet {
    private static final String CY = "qat.intel.com/cy";
    private static final List<String> BUSES = List.of("4b", "8a");
    private static final int VFS_PER_CARD = 4;
    private static final int NUMA_NODE = 0;

    private final Path plugins;
    private final NodeTree tree;
    private final FakeKubelet kubelet;
    private final SortedMap<String, Running> agents = new TreeMap<>();
    private final SortedMap<String, Handout> pods = new TreeMap<>();
    private final Set<String> takenAway = new HashSet<>();
    private final Set<String> offTheBus = new HashSet<>();
    private int crashes;

    private record Running(NodeAgent agent, Thread thread) {}

    FakeNode(Path directory) throws IOException {
        // Short, because the path of a socket has 108 bytes at most.
        plugins = Files.createDirectory(directory.resolve("p"));
        tree = new NodeTree(directory);
        BUSES.forEach(bus -> tree.card(bus, "sym;asym", NUMA_NODE, VFS_PER_CARD));
        kubelet = new FakeKubelet(plugins);
        kubelet.start();
    }

    @Override
    public Kubelet kubelet() {
        return this;
    }

    @Override
    public Path devicePlugins() {
        return plugins;
    }

    @Override
    public List<String> vfs() {
        return BUSES.stream().flatMap(bus -> IntStream.rangeClosed(1, VFS_PER_CARD).mapToObj(index -> NodeTree.address(bus, index))).toList();
    }

    @Override
    public String vfioDevice(String vf) {
        return tree.vfio().resolve(vf.equals("vfio") ? vf : Integer.toString(tree.group(vf))).toString();
    }

    @Override
    public void takeAway(String vf) {
        takenAway.add(vf);
        tree.removeNode(tree.group(vf));
    }

    @Override
    public void removeFromBus(String vf) {
        offTheBus.add(vf);
        tree.remove(bus(vf), index(vf));
    }

    @Override
    public void giveBack() {
        takenAway.forEach(vf -> tree.addNode(tree.group(vf)));
        takenAway.clear();
        offTheBus.forEach(vf -> tree.vf(bus(vf), index(vf), NUMA_NODE));
        offTheBus.clear();
    }

    private static String bus(String vf) {
        return vf.substring("0000:".length(), "0000:4b".length());
    }

    private static int index(String vf) {
        return Integer.parseInt(vf.substring(vf.length() - 1));
    }

    @Override
    public void startPlugin(String name) {
        DevicePluginConfig config = new DevicePluginConfig(AllocationPolicy.BALANCED, Optional.empty(), Tolerance.STANDARD, CardMonitor.SHORTEST_INTERVAL,
                Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), plugins, Level.INFO, Optional.empty(), DevicePluginConfig.Output.TABLE, Optional.empty(),
                "qat.intel.com", Duration.ofMillis(20), tree.sysfs(), tree.vfio());
        LinuxSysfs sysfs = new LinuxSysfs(tree.sysfs());
        CardMonitor monitor = CardMonitor.asking(sysfs, Tolerance.STANDARD, CardMonitor.SHORTEST_INTERVAL, System::nanoTime);
        NodeAgent agent = new NodeAgent(new DeviceScanner(sysfs, QatModels.known(), tree.vfio(), "qat.intel.com", monitor, System::nanoTime), new QatDebugfs(sysfs), config);
        agents.put(name, new Running(agent, Thread.ofPlatform().name(name).start(agent::run)));
    }

    @Override
    public void endPlugin(String name) {
        Running ended = agents.remove(name);
        ended.agent.stop();
        join(ended.thread);
    }

    /// Its page is there after its first look at the lock, and says that it serves nothing.
    @Override
    public void awaitWaiting(String name) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), agents.get(name).agent.statusPort().orElseThrow())) {
            socket.getOutputStream().write("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).endsWith("not registered with the kubelet: " + CY + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start() {
        kubelet.start();
    }

    @Override
    public void kill() {
        try {
            kubelet.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the kubelet ends", e);
        }
    }

    @Override
    public int capacity() {
        return kubelet.capacity(CY);
    }

    @Override
    public int allocatable() {
        return healthy().size();
    }

    @Override
    public Handout admit(String pod, int vfs) {
        Set<String> taken = pods.values().stream().flatMap(handout -> handout.vfs().stream()).collect(Collectors.toSet());
        List<String> available = new ArrayList<>(healthy().stream().filter(id -> !taken.contains(id)).toList());
        Collections.shuffle(available, new Random(1));
        assertThat(available).as("VFs for the pod " + pod).hasSizeGreaterThanOrEqualTo(vfs);
        Set<String> chosen = new LinkedHashSet<>(kubelet.preferred(CY, available, List.of(), vfs));
        chosen.retainAll(available);
        List<String> ids = Stream.concat(chosen.stream(), available.stream()).distinct().limit(vfs).toList();
        ContainerAllocateResponse response = kubelet.allocate(CY, ids.toArray(String[]::new)).getContainerResponses(0);
        if (!kubelet.list(CY).stream().map(Device::getID).collect(Collectors.toSet()).containsAll(ids)) {
            crashes++;
        }
        Handout handout = new Handout(new TreeSet<>(ids), response);
        pods.put(pod, handout);
        return handout;
    }

    @Override
    public void remove(String pod) {
        pods.remove(pod);
    }

    @Override
    public Handout handedOut(String pod) {
        return pods.get(pod);
    }

    @Override
    public int crashes() {
        return crashes;
    }

    private List<String> healthy() {
        return kubelet.list(CY).stream().filter(device -> device.getHealth().equals("Healthy")).map(Device::getID).toList();
    }

    @Override
    public void close() {
        List.copyOf(agents.keySet()).forEach(this::endPlugin);
        kubelet.close();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a plugin ends", e);
        }
    }
}
