package io.kubeqat.deviceplugin.allocation;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a container is given: character devices, or the names by which the container runtime knows them, and environment variables.
///
/// @param nodes the character devices, each once, to be opened for reading and writing
/// @param cdiDevices the names by the container device interface, in place of `nodes`: with both, the runtime would put the devices in twice
/// @param environment the variables; those of the pod's own manifest win over them
public record Allocation(List<DeviceNode> nodes, List<String> cdiDevices, SortedMap<String, String> environment) {

    /// Copies all three.
    ///
    /// @throws IllegalArgumentException for both nodes and names
    public Allocation {
        nodes = List.copyOf(nodes);
        cdiDevices = List.copyOf(cdiDevices);
        if (!nodes.isEmpty() && !cdiDevices.isEmpty()) {
            throw new IllegalArgumentException("a container is given " + nodes + " and " + cdiDevices + "; expected one or the other");
        }
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    /// A character device of the node.
    ///
    /// @param containerPath where the container finds it
    /// @param hostPath where it is on the node
    public record DeviceNode(String containerPath, String hostPath) {}
}
