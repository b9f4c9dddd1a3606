package io.kubeqat.deviceplugin.contract;

import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerAllocateResponse;
import java.util.SortedSet;

/// A node's kubelet, as [KubeletContract] deals with it: all it says is of the resource `qat.intel.com/cy`.
public interface Kubelet {
    /// Begins a kubelet on a node where none runs.
    void start();

    /// Ends it as SIGKILL does. None runs then until [#start].
    void kill();

    /// Kills it and starts the next.
    default void restart() {
        kill();
        start();
    }

    /// {@return how many VFs the node has, healthy or not}
    int capacity();

    /// {@return how many of them are healthy, whoever has them; -1 while the kubelet knows but the node's status does not say so yet}
    int allocatable();

    /// Gives VFs to a pod of one container and returns when that runs.
    Handout admit(String pod, int vfs);

    /// Ends a pod and returns when it has gone.
    void remove(String pod);

    /// {@return what a pod has, by the kubelet's own books}
    Handout handedOut(String pod);

    /// {@return how often it has ended by itself}
    int crashes();

    /// @param vfs the ids that the kubelet has chosen
    /// @param response what the plugin said of them
    record Handout(SortedSet<String> vfs, ContainerAllocateResponse response) {}
}
