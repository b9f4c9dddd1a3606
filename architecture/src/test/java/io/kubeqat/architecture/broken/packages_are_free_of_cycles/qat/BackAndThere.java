package io.kubeqat.architecture.broken.packages_are_free_of_cycles.qat;

public final class BackAndThere {
    io.kubeqat.architecture.broken.packages_are_free_of_cycles.pci.ThereAndBack other;
}
