package io.kubeqat.deviceplugin.kubelet;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.allocation.Allocator;
import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Health;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.deviceplugin.kubelet.v1beta1.AllocateRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerAllocateRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerPreferredAllocationRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.DevicePluginGrpc;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Empty;
import io.kubeqat.deviceplugin.kubelet.v1beta1.PreferredAllocationRequest;
import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/// Plays a kubelet's calls through once, with a device that does not exist on a socket that nobody knows, while the node is being read: what a JVM does for the first time takes a
/// hundred times as long as what it does again, and the kubelet's first call, for which a pod waits, should not be the first.
///
/// Whether it succeeds makes no difference to anything but time, so a failure is a warning and no more.
public final class Rehearsal implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Rehearsal.class.getName());
    private static final long LONGEST_CALL_SECONDS = 5;
    /// Well below the time that a pod has to end (`deploy/daemonset.yaml`, 10 s).
    private static final Duration LONGEST_END = Duration.ofSeconds(2);
    private static final int ALLOCATIONS = 3;
    private static final ResourceName RESOURCE = new ResourceName("rehearsal", "vf");

    private final Path directory;
    private final Path socket;
    private final Thread thread;

    private Rehearsal(Path directory) {
        this.directory = directory;
        this.socket = new KubeletDirectory(directory).newSocket(RESOURCE);
        this.thread = Thread.ofPlatform().name("rehearsal").daemon().unstarted(this::run);
    }

    /// Begins to play on a thread of its own.
    ///
    /// @param directory the kubelet's, where the plugin may make a socket
    /// @return the rehearsal, to be closed wherever it is
    public static Rehearsal begin(Path directory) {
        Rehearsal rehearsal = new Rehearsal(directory);
        rehearsal.thread.start();
        return rehearsal;
    }

    private void run() {
        PciAddress address = new PciAddress(0, 0, 0, 1);
        List<Device> devices = List.of(new Device(
                address, Optional.of(new PciAddress(0, 0, 0, 0)), Optional.of(new IommuGroup(0, false)), OptionalInt.of(0), Health.HEALTHY));
        DevicePluginService service = new DevicePluginService(RESOURCE, devices, new Allocator(directory, Optional.empty()), AllocationPolicy.BALANCED, IGNORED, new Tally());
        try (Transport transport = new Transport(); PluginServer _ = PluginServer.start(transport, socket, service)) {
            ManagedChannel channel = transport.channel(socket);
            try {
                int calls = play(DevicePluginGrpc.newStub(channel), devices.getFirst().id());
                LOG.log(Level.DEBUG, () -> "rehearsed calls=" + calls);
            } finally {
                channel.shutdownNow();
            }
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            LOG.log(Level.WARNING, () -> "not rehearsed, so the first Allocate of a pod is slow directory=" + directory + " reason=\"" + e + "\"");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return how many calls there were
    private static int play(DevicePluginGrpc.DevicePluginStub kubelet, String id) throws InterruptedException, ExecutionException, TimeoutException {
        Empty nothing = Empty.getDefaultInstance();
        await(kubelet::getDevicePluginOptions, nothing);
        await(kubelet::listAndWatch, nothing);
        await(kubelet::getPreferredAllocation, PreferredAllocationRequest.newBuilder()
                .addContainerRequests(ContainerPreferredAllocationRequest.newBuilder().addAvailableDeviceIDs(id).setAllocationSize(1))
                .build());
        AllocateRequest request = AllocateRequest.newBuilder().addContainerRequests(ContainerAllocateRequest.newBuilder().addDevicesIds(id)).build();
        for (int i = 0; i < ALLOCATIONS; i++) {
            await(kubelet::allocate, request);
        }
        return 3 + ALLOCATIONS;
    }

    /// Waits for the first answer; what comes after it is of no interest.
    private static <Q, T> void await(BiConsumer<Q, StreamObserver<T>> call, Q request) throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<T> first = new CompletableFuture<>();
        call.accept(request, new StreamObserver<>() {
            @Override
            public void onNext(T answer) {
                first.complete(answer);
            }

            @Override
            public void onError(Throwable failure) {
                first.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                first.completeExceptionally(new IllegalStateException("a call has ended without an answer"));
            }
        });
        first.get(LONGEST_CALL_SECONDS, TimeUnit.SECONDS);
    }

    private static final DevicePluginService.Streams IGNORED = new DevicePluginService.Streams() {
        @Override
        public void opened() {
            // Nobody follows this stream.
        }

        @Override
        public void ended() {
            // Nor is it missed.
        }
    };

    /// Ends it, wherever it is, and leaves no socket. Waits no longer than a moment: its thread keeps no process from ending.
    @Override
    public void close() {
        thread.interrupt();
        try {
            if (!thread.join(LONGEST_END)) {
                LOG.log(Level.WARNING, () -> "the rehearsal has not ended within " + LONGEST_END.toSeconds() + " s socket=" + socket);
            }
            // An interrupted end may leave it.
            Files.deleteIfExists(socket);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "the rehearsal's socket stays socket=" + socket + " reason=\"" + e + "\"");
        }
    }
}
