package io.kubeqat.architecture.broken.inventory_and_allocation_do_not_know_the_kubelet.deviceplugin.kubelet;

public final class Registration {}
