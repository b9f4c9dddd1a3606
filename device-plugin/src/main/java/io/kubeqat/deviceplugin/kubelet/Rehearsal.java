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
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/// Plays a kubelet's calls through once, with a device that does not exist on a socket that nobody knows, while the node is being read: what a JVM does for the first time takes a
/// hundred times as long as what it does again, and the kubelet's first call, for which a pod waits, should not be the first.
///
/// Whether it succeeds makes no difference to anything but time.
public final class Rehearsal implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Rehearsal.class.getName());
    private static final long LONGEST_CALL_SECONDS = 5;
    private static final int ALLOCATIONS = 3;

    private final Path directory;
    private final Thread thread;

    private Rehearsal(Path directory) {
        this.directory = directory;
        this.thread = Thread.ofPlatform().name("rehearsal").daemon().unstarted(this::run);
    }

    /// @param directory the kubelet's, where the plugin may make a socket
    public static Rehearsal begin(Path directory) {
        Rehearsal rehearsal = new Rehearsal(directory);
        rehearsal.thread.start();
        return rehearsal;
    }

    private void run() {
        ResourceName resource = new ResourceName("rehearsal", "vf");
        PciAddress address = new PciAddress(0, 0, 0, 1);
        List<Device> devices = List.of(new Device(
                address, Optional.of(new PciAddress(0, 0, 0, 0)), Optional.of(new IommuGroup(0, false)), OptionalInt.of(0), Health.HEALTHY));
        DevicePluginService service = new DevicePluginService(resource, devices, new Allocator(directory, Optional.empty()), AllocationPolicy.BALANCED, IGNORED, new Tally());
        Path socket = new KubeletDirectory(directory).newSocket(resource);
        try (Transport transport = new Transport(); PluginServer _ = PluginServer.start(transport, socket, service)) {
            ManagedChannel channel = transport.channel(socket);
            try {
                play(DevicePluginGrpc.newStub(channel), devices.getFirst().id());
            } finally {
                channel.shutdownNow();
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, () -> "no rehearsal reason=\"" + e + "\"");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void play(DevicePluginGrpc.DevicePluginStub kubelet, String id) throws InterruptedException {
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
    }

    /// Waits for the first answer.
    private static <Q, T> void await(BiConsumer<Q, StreamObserver<T>> call, Q request) throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        call.accept(request, new StreamObserver<>() {
            @Override
            public void onNext(T answer) {
                answered.countDown();
            }

            @Override
            public void onError(Throwable failure) {
                answered.countDown();
            }

            @Override
            public void onCompleted() {
                answered.countDown();
            }
        });
        answered.await(LONGEST_CALL_SECONDS, TimeUnit.SECONDS);
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

    /// Waits until nothing is left of it.
    @Override
    public void close() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
