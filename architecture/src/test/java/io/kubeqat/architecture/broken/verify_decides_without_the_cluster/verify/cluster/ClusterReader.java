package io.kubeqat.architecture.broken.verify_decides_without_the_cluster.verify.cluster;

public record ClusterReader() {}
