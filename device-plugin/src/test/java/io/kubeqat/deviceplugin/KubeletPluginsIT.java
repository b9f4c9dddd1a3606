package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.allocation.Allocator;
import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.deviceplugin.kubelet.FakeKubelet;
import io.kubeqat.deviceplugin.kubelet.KubeletPlugins;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What concerns all names of a node together, in `plugins_registry`, where no kubelet is needed to serve.
@ExtendWith(LeavesNoTrace.class)
class KubeletPluginsIT {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private Path kubelet;
    private Path registry;

    @BeforeEach
    void makeDirectories() throws IOException {
        kubelet = Files.createDirectory(directory.resolve("p"));
        registry = Files.createDirectory(directory.resolve("r"));
        LogHandler.install(new PrintStream(log, true, StandardCharsets.UTF_8), Level.WARNING);
    }

    @Test
    void sweepsBothDirectories() {
        Path rehearsed = kubelet.resolve("kube-qat-vf-old-1.sock");
        Path served = registry.resolve("kube-qat-cy-old-1.sock");
        FakeKubelet.leaveSocketBehind(rehearsed);
        FakeKubelet.leaveSocketBehind(served);

        try (KubeletPlugins plugins = plugins()) {
            plugins.open();
        }

        assertThat(rehearsed).doesNotExist();
        assertThat(served).doesNotExist();
    }

    @Test
    void saysOnceThatThereIsNoLockAndServes() throws Exception {
        Files.createDirectory(kubelet.resolve("kube-qat.lock"));

        try (KubeletPlugins plugins = serving()) {
            plugins.reconcile();
            assertThat(sockets()).hasSize(2);
        }

        assertThat(log.toString(StandardCharsets.UTF_8).lines()).singleElement().asString().contains(
                "WARN  no lock, so a second device plugin on this node goes unnoticed and both offer the same devices directory=" + kubelet + " reason=\"",
                "\"; make the directory writable for the plugin, or see that there is one plugin only");
    }

    @Test
    void closesTheRestWhereOneCannotBeClosed() throws Exception {
        KubeletPlugins plugins = serving();
        Path first = sockets().getFirst();
        Files.delete(first);
        Files.createDirectories(first.resolve("in the way"));

        assertThatThrownBy(plugins::close).isInstanceOf(UncheckedIOException.class).hasMessage("cannot remove " + first);

        assertThat(sockets()).containsExactly(first);
        try (FileChannel lock = FileChannel.open(kubelet.resolve("kube-qat.lock"), StandardOpenOption.WRITE)) {
            assertThat(lock.tryLock()).isNotNull();
        }
    }

    private KubeletPlugins serving() throws IOException {
        KubeletPlugins plugins = plugins();
        SortedMap<ResourceName, List<Device>> resources = new TreeMap<>();
        resources.put(new ResourceName("qat.intel.com", "cy"), List.of());
        resources.put(new ResourceName("qat.intel.com", "dc"), List.of());
        plugins.publish(new Inventory(resources, new TreeMap<>()));
        plugins.reconcile();
        assertThat(sockets()).hasSize(2);
        return plugins;
    }

    private KubeletPlugins plugins() {
        return new KubeletPlugins(kubelet, Optional.of(registry), new Allocator(directory, Optional.empty()), AllocationPolicy.BALANCED, Runnable::run);
    }

    private List<Path> sockets() throws IOException {
        try (Stream<Path> files = Files.list(registry)) {
            return files.sorted().toList();
        }
    }
}
