package io.kubeqat.deviceplugin.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.deviceplugin.contract.Kubelet.Handout;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerAllocateResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.DeviceSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What kubelet and plugin do together, whichever kubelet it is: written once, so that what plays the kubelet in the fast tests is held to what a real one does.
public abstract class KubeletContract {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String PLUGIN = "first";

    private PluginNode node;
    private Kubelet kubelet;
    private int vfs;

    /// A node without a plugin and without a pod that has a VF.
    protected abstract PluginNode node() throws IOException;

    @BeforeEach
    final void begin() throws IOException {
        node = node();
        kubelet = node.kubelet();
        vfs = node.vfs().size();
        node.startPlugin(PLUGIN);
        awaitAllocatable(vfs);
    }

    @AfterEach
    final void end() {
        int crashes = kubelet.crashes();
        node.close();
        assertThat(crashes).as("times that the kubelet has ended by itself").isZero();
    }

    @Test
    void registersOnOneSocketAndIsCounted() {
        awaitCapacity(vfs);

        assertThat(sockets()).hasSize(1);
    }

    @Test
    void vfThatIsTakenAwayIsCountedButNotAllocatable() {
        node.takeAway(node.vfs().getLast());
        awaitAllocatable(vfs - 1);
        awaitCapacity(vfs);

        node.giveBack();
        awaitAllocatable(vfs);
    }

    @Test
    void vfThatIsOffTheBusIsStillCounted() {
        awaitCapacity(vfs);
        node.removeFromBus(node.vfs().getLast());
        await("fewer VFs are allocatable", () -> kubelet.allocatable() >= 0 && kubelet.allocatable() < vfs);

        // One that is left: the kubelet looks each of its VFs up.
        kubelet.admit("a", 1);
        awaitCapacity(vfs);
        node.giveBack();
        awaitAllocatable(vfs);
    }

    @Test
    void podGetsTheDevicesAndVariablesOfItsVfs() {
        Handout handout = kubelet.admit("a", 2);

        assertThat(handout.vfs()).hasSize(2);
        String first = handout.vfs().first();
        String second = handout.vfs().last();
        ContainerAllocateResponse expected = ContainerAllocateResponse.newBuilder()
                .putEnvs("QAT0", first)
                .putEnvs("QAT1", second)
                .putEnvs("QAT_DEVICES_CY", first + "," + second)
                .putEnvs("QAT_POLICY", "2")
                .addDevices(device("vfio"))
                .addDevices(device(first))
                .addDevices(device(second))
                .build();
        assertThat(handout.response()).isEqualTo(expected);
    }

    @Test
    void podsGetTheVfsThatThePluginPrefers() {
        List<String> all = node.vfs();

        // Of the card that has the most left, from the lowest address on.
        assertThat(kubelet.admit("a", 1).vfs()).containsExactly(all.getFirst());
        assertThat(kubelet.admit("b", 1).vfs()).containsExactly(all.get(vfs / 2));
        assertThat(kubelet.admit("c", 2).vfs()).containsExactly(all.get(1), all.get(vfs / 2 + 1));
    }

    @Test
    void vfIsFreeAgainWhenItsPodHasGone() {
        kubelet.admit("a", vfs);
        kubelet.remove("a");

        assertThat(kubelet.admit("b", vfs).vfs()).containsExactlyElementsOf(node.vfs());
    }

    @Test
    void podKeepsItsVfsWhenTheKubeletIsKilled() {
        Handout before = kubelet.admit("a", 2);
        List<String> sockets = sockets();

        kubelet.restart();
        awaitAllocatable(vfs);

        assertThat(sockets()).hasSize(1).doesNotContainAnyElementsOf(sockets);
        assertThat(kubelet.handedOut("a")).isEqualTo(before);
        assertThat(kubelet.admit("b", vfs - 2).vfs()).containsExactlyElementsOf(without(before.vfs()));
    }

    @Test
    void nextKubeletLearnsWhatChangedWhileThereWasNone() {
        kubelet.kill();
        node.takeAway(node.vfs().getFirst());
        kubelet.start();

        awaitAllocatable(vfs - 1);
        assertThat(kubelet.admit("a", vfs - 1).vfs()).doesNotContain(node.vfs().getFirst());
    }

    @Test
    void registersAgainWhenItsSocketIsRemoved() throws IOException {
        List<String> sockets = sockets();
        Files.delete(node.devicePlugins().resolve(sockets.getFirst()));

        await("another socket", () -> !sockets().isEmpty() && !sockets().equals(sockets));
        awaitAllocatable(vfs);
        assertThat(kubelet.admit("a", vfs).vfs()).containsExactlyElementsOf(node.vfs());
    }

    @Test
    void pluginThatEndsLeavesNoSocketAndTheNextOneBringsItsVfsBack() {
        Handout before = kubelet.admit("a", 2);
        awaitCapacity(vfs);

        node.endPlugin(PLUGIN);
        awaitAllocatable(0);
        awaitCapacity(vfs);
        assertThat(sockets()).isEmpty();

        node.startPlugin(PLUGIN);
        awaitAllocatable(vfs);
        assertThat(kubelet.handedOut("a")).isEqualTo(before);
        assertThat(kubelet.admit("b", vfs - 2).vfs()).containsExactlyElementsOf(without(before.vfs()));
    }

    @Test
    void secondPluginWaitsUntilTheFirstHasEnded() {
        List<String> sockets = sockets();

        node.startPlugin("second");
        node.awaitWaiting("second");
        assertThat(sockets()).isEqualTo(sockets);
        assertThat(kubelet.allocatable()).isEqualTo(vfs);

        node.endPlugin(PLUGIN);
        await("the second plugin's socket", () -> !sockets().isEmpty() && !sockets().equals(sockets));
        awaitAllocatable(vfs);
    }

    private DeviceSpec device(String vf) {
        String path = node.vfioDevice(vf);
        return DeviceSpec.newBuilder().setContainerPath("/dev/vfio/" + Path.of(path).getFileName()).setHostPath(path).setPermissions("rw").build();
    }

    private SortedSet<String> without(SortedSet<String> taken) {
        SortedSet<String> rest = new TreeSet<>(node.vfs());
        rest.removeAll(taken);
        return rest;
    }

    private List<String> sockets() {
        try (Stream<Path> files = Files.list(node.devicePlugins())) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("kube-qat-cy-") && name.endsWith(".sock")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitAllocatable(int expected) {
        await("allocatable is " + expected, () -> kubelet.allocatable() == expected);
    }

    private void awaitCapacity(int expected) {
        await("capacity is " + expected, () -> kubelet.capacity() == expected);
    }

    private void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + what + "; capacity " + kubelet.capacity() + ", allocatable " + kubelet.allocatable() + ", sockets " + sockets());
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + what, e);
            }
        }
    }
}
