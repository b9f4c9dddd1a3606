package io.kubeqat.architecture.broken.verify_decides_without_the_cluster.verify.chain;

import io.kubeqat.architecture.broken.verify_decides_without_the_cluster.verify.cluster.ClusterReader;

record AsksTheCluster(ClusterReader reader) {}
