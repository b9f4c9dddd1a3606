package io.kubeqat.deviceplugin.kubelet;

import static java.util.Objects.requireNonNull;

import io.grpc.stub.StreamObserver;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.deviceplugin.kubelet.pluginregistration.InfoRequest;
import io.kubeqat.deviceplugin.kubelet.pluginregistration.PluginInfo;
import io.kubeqat.deviceplugin.kubelet.pluginregistration.RegistrationGrpc;
import io.kubeqat.deviceplugin.kubelet.pluginregistration.RegistrationStatus;
import io.kubeqat.deviceplugin.kubelet.pluginregistration.RegistrationStatusResponse;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/// Tells a kubelet that has found a socket in `plugins_registry` what is served there. The device plugin is served on the same socket, which no kubelet minds: it wants
/// the plugin's own socket anywhere but in `device-plugins`, which it sweeps.
final class RegistryService extends RegistrationGrpc.RegistrationImplBase {
    private static final String TYPE = "DevicePlugin";

    private final PluginInfo info;
    private final Consumer<Optional<String>> done;

    /// @param socket where this is served, as the kubelet sees it: a container has to mount the directory at the node's path
    /// @param done is told each time that a kubelet has judged, with why it refused, or with nothing where it has accepted
    RegistryService(ResourceName resource, Path socket, Consumer<Optional<String>> done) {
        this.info = PluginInfo.newBuilder().setType(TYPE).setName(resource.toString()).setEndpoint(socket.toString()).addSupportedVersions(WireFormat.VERSION).build();
        this.done = requireNonNull(done, "done is null");
    }

    @Override
    public void getInfo(InfoRequest request, StreamObserver<PluginInfo> response) {
        response.onNext(info);
        response.onCompleted();
    }

    @Override
    public void notifyRegistrationStatus(RegistrationStatus status, StreamObserver<RegistrationStatusResponse> response) {
        done.accept(status.getPluginRegistered() ? Optional.empty() : Optional.of(status.getError()));
        response.onNext(RegistrationStatusResponse.getDefaultInstance());
        response.onCompleted();
    }
}
