package io.kubeqat.simulator;

/// Told, inside the write call, that VFIO made or removed a group's device node.
public interface VfioGroupListener {
    /// A node is there from now on.
    ///
    /// @param node the file's name in `/dev/vfio`: `17`, or `noiommu-17`
    void appeared(String node);

    /// A node is gone from now on.
    ///
    /// @param node as it was given to [#appeared]
    void vanished(String node);
}
