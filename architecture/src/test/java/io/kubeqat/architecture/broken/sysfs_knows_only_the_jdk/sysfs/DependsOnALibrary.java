package io.kubeqat.architecture.broken.sysfs_knows_only_the_jdk.sysfs;

final class DependsOnALibrary {
    io.grpc.Status status;
}
