package io.kubeqat.verify.snapshot;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// A node as its kubelet reports it.
///
/// @param capacity VFs by QAT resource name, the unhealthy ones included
/// @param allocatable VFs by QAT resource name, the healthy ones, whether or not a pod has them
public record NodeState(String name, boolean ready, SortedMap<String, Long> capacity, SortedMap<String, Long> allocatable) {
    public NodeState {
        requireNonNull(name, "name is null");
        capacity = Collections.unmodifiableSortedMap(new TreeMap<>(capacity));
        allocatable = Collections.unmodifiableSortedMap(new TreeMap<>(allocatable));
    }
}
