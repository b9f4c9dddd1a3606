package io.kubeqat.architecture.broken.node_setup_carries_no_network_stack.nodesetup;

final class SpeaksGrpc {
    io.grpc.Status status;
}
