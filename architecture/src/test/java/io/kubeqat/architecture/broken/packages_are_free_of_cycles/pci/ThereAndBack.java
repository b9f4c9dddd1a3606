package io.kubeqat.architecture.broken.packages_are_free_of_cycles.pci;

public final class ThereAndBack {
    io.kubeqat.architecture.broken.packages_are_free_of_cycles.qat.BackAndThere other;
}
