package io.kubeqat.architecture.broken.only_e2e_stands_on_the_testbed.testbed;

public final class Cluster {}
