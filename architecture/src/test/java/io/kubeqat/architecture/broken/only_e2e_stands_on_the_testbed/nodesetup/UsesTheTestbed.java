package io.kubeqat.architecture.broken.only_e2e_stands_on_the_testbed.nodesetup;

final class UsesTheTestbed {
    io.kubeqat.architecture.broken.only_e2e_stands_on_the_testbed.testbed.Cluster cluster;
}
