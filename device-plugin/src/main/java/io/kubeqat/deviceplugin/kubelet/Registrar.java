package io.kubeqat.deviceplugin.kubelet;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Empty;
import io.kubeqat.deviceplugin.kubelet.v1beta1.RegisterRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.RegistrationGrpc;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Tells the kubelet that a plugin server is there.
final class Registrar {
    /// The kubelet dials back before it answers, and gives that 10 s (1.36 `plugin/v1beta1/client.go`); who gives up earlier never learns why.
    private static final long DEADLINE_SECONDS = 15;

    private final Transport transport;

    Registrar(Transport transport) {
        this.transport = requireNonNull(transport, "transport is null");
    }

    /// Returns at once; `done` is called on the event loop, with why it failed, or with nothing where the kubelet has accepted.
    ///
    /// @return withdraws the call if it is still under way
    Runnable register(Path kubeletSocket, ResourceName resource, String endpoint, Consumer<Optional<String>> done) {
        ManagedChannel channel = transport.channel(kubeletSocket);
        RegisterRequest request = RegisterRequest.newBuilder()
                .setVersion(WireFormat.VERSION)
                .setEndpoint(endpoint)
                .setResourceName(resource.toString())
                .setOptions(WireFormat.OPTIONS)
                .build();
        RegistrationGrpc.newStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).register(request, new StreamObserver<>() {
            @Override
            public void onNext(Empty value) {
                // Says nothing: only the end counts.
            }

            @Override
            public void onError(Throwable failure) {
                channel.shutdownNow();
                done.accept(Optional.of(describe(Status.fromThrowable(failure))));
            }

            @Override
            public void onCompleted() {
                channel.shutdown();
                done.accept(Optional.empty());
            }
        });
        return channel::shutdownNow;
    }

    private static String describe(Status status) {
        Throwable root = status.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return status.getCode()
                + (status.getDescription() == null ? "" : ": " + status.getDescription())
                + (root == null ? "" : " (" + root.getMessage() + ")");
    }
}
