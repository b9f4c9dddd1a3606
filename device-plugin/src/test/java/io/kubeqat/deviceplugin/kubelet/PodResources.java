package io.kubeqat.deviceplugin.kubelet;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kubeqat.deviceplugin.kubelet.podresources.AllocatableResourcesRequest;
import io.kubeqat.deviceplugin.kubelet.podresources.ContainerDevices;
import io.kubeqat.deviceplugin.kubelet.podresources.PodResourcesListerGrpc;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Asks a real kubelet what it knows of its devices. The node's status says so later, when its turn has come.
public final class PodResources implements AutoCloseable {
    /// It warns of each socket that has no SO_KEEPALIVE; kept, because loggers that nobody keeps lose their level.
    private static final Logger NETTY = Logger.getLogger("io.netty.bootstrap.AbstractBootstrap");

    static {
        NETTY.setLevel(Level.SEVERE);
    }

    private final Path socket;
    private final Transport transport = new Transport();

    /// @param socket the kubelet's `pod-resources/kubelet.sock`
    public PodResources(Path socket) {
        this.socket = socket;
    }

    /// How many healthy devices the kubelet has of a resource; none while it is away.
    public int allocatable(String resource) {
        // A new one each time: a channel to a kubelet that has ended waits longer and longer before it tries again.
        ManagedChannel channel = transport.channel(socket);
        try {
            return PodResourcesListerGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                    .getAllocatableResources(AllocatableResourcesRequest.getDefaultInstance()).getDevicesList().stream()
                    .filter(devices -> devices.getResourceName().equals(resource)).mapToInt(ContainerDevices::getDeviceIdsCount).sum();
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
                return 0;
            }
            throw e;
        } finally {
            channel.shutdownNow();
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
