package io.kubeqat.e2e.plugin;

import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kubeqat.deviceplugin.contract.Kubelet;
import io.kubeqat.deviceplugin.contract.PluginNode;
import io.kubeqat.deviceplugin.kubelet.PodResources;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerAllocateResponse;
import io.kubeqat.testbed.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/// The testbed's node with its kubelet and simulated cards. Plugins are pods of the DaemonSet's template, each with a name of its own.
final class TestbedNode implements PluginNode, Kubelet {
    private static final String CY = "qat.intel.com/cy";
    private static final Path MANIFEST = Path.of("../device-plugin/deploy/daemonset.yaml");
    private static final String DEVICES = "/sys/bus/pci/devices/";
    private static final String VFIO_PCI = "/sys/bus/pci/drivers/vfio-pci/";
    private static final Map<String, String> OURS = Map.of("app.kubernetes.io/part-of", "kubelet-contract");
    private static final long PATIENCE_SECONDS = 60;
    private static final String KILLED = Integer.toString(128 + 9);

    private final Cluster cluster;
    private final Path root;
    private final PodResources podResources;
    private final List<String> vfs;
    private final long endsBefore;
    private Optional<String> supervisor = Optional.empty();

    TestbedNode(Cluster cluster) {
        this.cluster = cluster;
        this.root = Path.of("/proc/" + cluster.nodeProcess() + "/root");
        this.podResources = new PodResources(root.resolve("var/lib/kubelet/pod-resources/kubelet.sock"));
        this.vfs = shell("ls -d " + DEVICES + "*/physfn").lines().map(link -> link.split("/")[5]).sorted().toList();
        this.endsBefore = endsByItself();
    }

    @Override
    public Kubelet kubelet() {
        return this;
    }

    @Override
    public Path devicePlugins() {
        return root.resolve("var/lib/kubelet/device-plugins");
    }

    @Override
    public List<String> vfs() {
        return vfs;
    }

    @Override
    public String vfioDevice(String vf) {
        return "/dev/vfio/" + (vf.equals("vfio") ? vf : shell("basename $(readlink " + DEVICES + vf + "/iommu_group)").strip());
    }

    @Override
    public void takeAway(String vf) {
        shell("echo " + vf + " > " + VFIO_PCI + "unbind");
    }

    /// With all of its card: the kernel knows no other way.
    @Override
    public void removeFromBus(String vf) {
        shell("echo 0 > " + DEVICES + vf + "/physfn/sriov_numvfs");
    }

    @Override
    public void giveBack() {
        shell("""
                for card in %1$s*/sriov_totalvfs; do
                  card=$(dirname $card)
                  [ $(cat $card/sriov_numvfs) != 0 ] || cat $card/sriov_totalvfs > $card/sriov_numvfs
                done
                for vf in %1$s*/physfn; do
                  vf=$(dirname $vf)
                  [ -e $vf/driver ] || { echo vfio-pci > $vf/driver_override; basename $vf > %2$sbind; }
                done
                """.formatted(DEVICES, VFIO_PCI));
    }

    @Override
    public void startPlugin(String name) {
        try {
            DaemonSet manifest = new KubernetesSerialization().unmarshal(Files.readString(MANIFEST), DaemonSet.class);
            run(new PodBuilder().withNewMetadata().withName(name).addToLabels(OURS).endMetadata().withSpec(manifest.getSpec().getTemplate().getSpec()).build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void endPlugin(String name) {
        remove(name);
    }

    @Override
    public void awaitWaiting(String name) {
        await(name + " says that another plugin serves", pod(name), _ -> pod(name).getLog().contains("another device plugin serves this node"));
    }

    /// What starts it again on the testbed's node is held back meanwhile.
    @Override
    public void kill() {
        String kubelet = shell("pgrep -ox kubelet").strip();
        // Before it is held back, so that it goes on whatever happens here.
        supervisor = Optional.of(shell("ps -o ppid= -p " + kubelet).strip());
        shell("""
                kill -STOP %1$s
                kill -9 %2$s
                timeout %3$d sh -c 'until ps -o stat= -p %2$s | grep -q Z; do sleep 0.01; done'
                """.formatted(supervisor.get(), kubelet, PATIENCE_SECONDS));
    }

    @Override
    public void start() {
        shell("kill -CONT " + supervisor.orElseThrow());
        supervisor = Optional.empty();
    }

    @Override
    public int capacity() {
        return count(nodeStatus().getCapacity());
    }

    @Override
    public int allocatable() {
        int known = podResources.allocatable(CY);
        return known == count(nodeStatus().getAllocatable()) ? known : -1;
    }

    private NodeStatus nodeStatus() {
        return cluster.client().nodes().withName("n1").get().getStatus();
    }

    private static int count(Map<String, Quantity> resources) {
        return Optional.ofNullable(resources.get(CY)).map(quantity -> Integer.parseInt(quantity.getAmount())).orElse(0);
    }

    @Override
    public Handout admit(String pod, int vfs) {
        run(new PodBuilder()
                .withNewMetadata().withName(pod).addToLabels(OURS).endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(0L)
                .addNewContainer().withName("main").withImage("localhost/busybox:testbed").withNewResources().addToLimits(CY, new Quantity(Integer.toString(vfs))).endResources().endContainer()
                .endSpec()
                .build());
        return handedOut(pod);
    }

    @Override
    public void remove(String pod) {
        pod(pod).delete();
        await(pod + " has gone", pod(pod), Objects::isNull);
    }

    /// From its checkpoint (1.36 `pkg/kubelet/cm/devicemanager/checkpoint`), which has the plugin's answer to the byte.
    @Override
    public Handout handedOut(String pod) {
        String uid = pod(pod).get().getMetadata().getUid();
        try {
            Map<?, ?> checkpoint = new Yaml().load(Files.readString(devicePlugins().resolve("kubelet_internal_checkpoint")));
            List<?> entries = (List<?>) ((Map<?, ?>) checkpoint.get("Data")).get("PodDeviceEntries");
            Map<?, ?> entry = entries.stream().map(it -> (Map<?, ?>) it).filter(it -> it.get("PodUID").equals(uid)).findFirst().orElseThrow();
            SortedSet<String> ids = new TreeSet<>();
            ((Map<?, ?>) entry.get("DeviceIDs")).values().forEach(ofNumaNode -> ((List<?>) ofNumaNode).forEach(id -> ids.add((String) id)));
            return new Handout(ids, ContainerAllocateResponse.parseFrom(Base64.getDecoder().decode((String) entry.get("AllocResp"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int crashes() {
        return (int) (endsByItself() - endsBefore);
    }

    private long endsByItself() {
        Path exits = root.resolve("var/log/node/kubelet.exits");
        try (Stream<String> lines = Files.exists(exits) ? Files.lines(exits) : Stream.empty()) {
            return lines.filter(status -> !status.equals(KILLED)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (supervisor.isPresent()) {
            start();
        }
        giveBack();
        List<Pod> ours = cluster.client().pods().inNamespace("default").withLabels(OURS).list().getItems();
        ours.forEach(pod -> cluster.client().resource(pod).delete());
        ours.forEach(pod -> await(pod.getMetadata().getName() + " has gone", pod(pod.getMetadata().getName()), Objects::isNull));
        podResources.close();
    }

    /// A kubelet that has just started still counts the VFs of pods that are gone, and fails a pod for it: it is made again then, as a controller would.
    private void run(Pod pod) {
        String name = pod.getMetadata().getName();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            cluster.client().pods().inNamespace("default").resource(pod).create();
            PodStatus status = await(name + " runs", pod(name), it -> it.getStatus().getPhase().matches("Running|Failed")).getStatus();
            if (status.getPhase().equals("Running")) {
                return;
            }
            if (!"UnexpectedAdmissionError".equals(status.getReason()) || System.nanoTime() > end) {
                throw new AssertionError(name + " has failed: " + status.getReason() + ": " + status.getMessage());
            }
            remove(name);
        }
    }

    private PodResource pod(String name) {
        return cluster.client().pods().inNamespace("default").withName(name);
    }

    private static Pod await(String what, PodResource pod, Predicate<Pod> condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Pod last = pod.get();
        while (!condition.test(last)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + what + "; last seen: " + last);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + what, e);
            }
            last = pod.get();
        }
        return last;
    }

    private String shell(String script) {
        return cluster.exec("sh", "-ec", script).outputOrThrow();
    }
}
