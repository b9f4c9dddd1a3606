package io.kubeqat.architecture.broken.only_the_kubelet_package_speaks_grpc.deviceplugin.inventory;

final class SpeaksGrpc {
    io.grpc.Status status;
}
