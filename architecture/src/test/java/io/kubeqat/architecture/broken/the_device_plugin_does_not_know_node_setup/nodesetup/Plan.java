package io.kubeqat.architecture.broken.the_device_plugin_does_not_know_node_setup.nodesetup;

public final class Plan {}
