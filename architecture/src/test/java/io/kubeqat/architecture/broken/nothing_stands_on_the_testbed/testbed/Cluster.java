package io.kubeqat.architecture.broken.nothing_stands_on_the_testbed.testbed;

public final class Cluster {}
