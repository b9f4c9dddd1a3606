package io.kubeqat.deviceplugin.kubelet;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kubeqat.deviceplugin.allocation.AllocationException;
import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.allocation.Allocator;
import io.kubeqat.deviceplugin.allocation.Offer;
import io.kubeqat.deviceplugin.allocation.PreferredAllocation;
import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.deviceplugin.kubelet.v1beta1.AllocateRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.AllocateResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerAllocateRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerPreferredAllocationRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerPreferredAllocationResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.DevicePluginGrpc;
import io.kubeqat.deviceplugin.kubelet.v1beta1.DevicePluginOptions;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Empty;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ListAndWatchResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.PreStartContainerRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.PreStartContainerResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.PreferredAllocationRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.PreferredAllocationResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The calls the kubelet makes for one resource name.
final class DevicePluginService extends DevicePluginGrpc.DevicePluginImplBase {
    private static final Logger LOG = System.getLogger(DevicePluginService.class.getName());

    private final ResourceName resource;
    private final Allocator allocator;
    private final AllocationPolicy policy;
    private final Streams streams;
    private final Tally tally;
    /// Written under `open`'s lock, so that a stream that opens at that moment gets the old list and then the new one, or the new one alone.
    private volatile Offer offer;
    private final Set<ServerCallStreamObserver<ListAndWatchResponse>> open = new HashSet<>();

    /// Told when a ListAndWatch stream opens or ends, on the event loop.
    interface Streams {
        void opened();

        /// By the kubelet, or because the server was closed.
        void ended();
    }

    DevicePluginService(ResourceName resource, List<Device> devices, Allocator allocator, AllocationPolicy policy, Streams streams, Tally tally) {
        this.resource = requireNonNull(resource, "resource is null");
        this.offer = new Offer(devices);
        this.allocator = requireNonNull(allocator, "allocator is null");
        this.policy = requireNonNull(policy, "policy is null");
        this.streams = requireNonNull(streams, "streams is null");
        this.tally = requireNonNull(tally, "tally is null");
    }

    /// Sends the whole list to whoever watches: each message replaces everything that the kubelet knew.
    void publish(List<Device> next) {
        synchronized (open) {
            offer = new Offer(next);
            ListAndWatchResponse list = WireFormat.list(next);
            open.forEach(stream -> stream.onNext(list));
        }
    }

    @Override
    public void getDevicePluginOptions(Empty request, StreamObserver<DevicePluginOptions> response) {
        answer(response, WireFormat.OPTIONS);
    }

    /// Stays open until the kubelet ends it: to the kubelet the end of the stream is the end of all devices, and it never asks again.
    @Override
    public void listAndWatch(Empty request, StreamObserver<ListAndWatchResponse> response) {
        ServerCallStreamObserver<ListAndWatchResponse> stream = (ServerCallStreamObserver<ListAndWatchResponse>) response;
        stream.setOnCancelHandler(() -> {
            synchronized (open) {
                open.remove(stream);
            }
            streams.ended();
        });
        synchronized (open) {
            open.add(stream);
            stream.onNext(WireFormat.list(offer.devices()));
        }
        streams.opened();
    }

    /// Never fails: the kubelet would fail the pod, where an empty answer makes it choose by itself.
    @Override
    public void getPreferredAllocation(PreferredAllocationRequest request, StreamObserver<PreferredAllocationResponse> response) {
        Offer offered = offer;
        PreferredAllocationResponse.Builder answer = PreferredAllocationResponse.newBuilder();
        for (ContainerPreferredAllocationRequest container : request.getContainerRequestsList()) {
            answer.addContainerResponses(ContainerPreferredAllocationResponse.newBuilder().addAllDeviceIDs(preferred(offered, container)));
        }
        answer(response, answer.build());
    }

    private List<String> preferred(Offer offered, ContainerPreferredAllocationRequest container) {
        try {
            return PreferredAllocation.choose(
                    offered, container.getAvailableDeviceIDsList(), container.getMustIncludeDeviceIDsList(), container.getAllocationSize(), policy);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, () -> "preference failed, the kubelet chooses resource=" + resource + " size=" + container.getAllocationSize(), e);
            return List.of();
        }
    }

    /// One answer for each container, in order. The kubelet keeps the answer and does not ask again when a container restarts.
    @Override
    public void allocate(AllocateRequest request, StreamObserver<AllocateResponse> response) {
        Offer offered = offer;
        AllocateResponse.Builder answer = AllocateResponse.newBuilder();
        try {
            for (ContainerAllocateRequest container : request.getContainerRequestsList()) {
                answer.addContainerResponses(WireFormat.allocation(allocator.allocate(resource, offered, container.getDevicesIdsList())));
                LOG.log(Level.DEBUG, () -> "allocated resource=" + resource + " devices=" + container.getDevicesIdsList());
            }
        } catch (AllocationException e) {
            tally.refused.incrementAndGet();
            LOG.log(Level.WARNING, () -> "refused resource=" + resource + ": " + e.getMessage());
            response.onError(status(e).withDescription(e.getMessage()).asRuntimeException());
            return;
        }
        tally.granted.addAndGet(request.getContainerRequestsCount());
        answer(response, answer.build());
    }

    private static Status status(AllocationException e) {
        return switch (e.reason()) {
            case UNKNOWN_DEVICE -> Status.NOT_FOUND;
            case UNHEALTHY_DEVICE -> Status.FAILED_PRECONDITION;
        };
    }

    /// Not asked for in the options, so not called; there is nothing to prepare.
    @Override
    public void preStartContainer(PreStartContainerRequest request, StreamObserver<PreStartContainerResponse> response) {
        answer(response, PreStartContainerResponse.getDefaultInstance());
    }

    private static <T> void answer(StreamObserver<T> response, T message) {
        response.onNext(message);
        response.onCompleted();
    }
}
