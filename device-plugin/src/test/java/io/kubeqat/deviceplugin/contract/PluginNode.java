package io.kubeqat.deviceplugin.contract;

import java.nio.file.Path;
import java.util.List;

/// A node with a kubelet, two cards on one NUMA node with as many VFs each, and device plugins.
public interface PluginNode extends AutoCloseable {
    /// {@return the node's kubelet, which runs}
    Kubelet kubelet();

    /// {@return the directory in which the kubelet and its plugins have their sockets}
    Path devicePlugins();

    /// {@return the VFs in the order of their addresses: one card's, then the other's}
    List<String> vfs();

    /// {@return where the node has the VFIO device of a VF, or what all groups share for `vfio`}
    String vfioDevice(String vf);

    /// Makes a VF unusable, as taking it from its driver does.
    void takeAway(String vf);

    /// Takes a VF off the bus; others of its card may go with it.
    void removeFromBus(String vf);

    /// Makes all VFs usable again.
    void giveBack();

    /// Returns when the plugin runs, whether it serves or not.
    void startPlugin(String name);

    /// Ends it as SIGTERM does and returns when it has ended.
    void endPlugin(String name);

    /// Returns when the plugin has found that another one serves the node.
    void awaitWaiting(String name);

    @Override
    void close();
}
