package io.kubeqat.deviceplugin.allocation;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a container is given: character devices and environment variables.
///
/// @param nodes the character devices, each once, to be opened for reading and writing
/// @param environment the variables; those of the pod's own manifest win over them
public record Allocation(List<DeviceNode> nodes, SortedMap<String, String> environment) {

    public Allocation {
        nodes = List.copyOf(nodes);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    /// @param containerPath where the container finds it
    /// @param hostPath where it is on the node
    public record DeviceNode(String containerPath, String hostPath) {}
}
