package io.kubeqat.deviceplugin.kubelet;

import io.kubeqat.deviceplugin.allocation.Allocation;
import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Health;
import io.kubeqat.deviceplugin.kubelet.v1beta1.CDIDevice;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerAllocateResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.DevicePluginOptions;
import io.kubeqat.deviceplugin.kubelet.v1beta1.DeviceSpec;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ListAndWatchResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.NUMANode;
import io.kubeqat.deviceplugin.kubelet.v1beta1.TopologyInfo;
import java.util.List;

/// Our values in the kubelet's words.
final class WireFormat {
    static final String VERSION = "v1beta1";
    /// Said both when registering (kubelet 1.20 reads only that) and when asked (1.25 and newer read only this).
    static final DevicePluginOptions OPTIONS = DevicePluginOptions.newBuilder().setGetPreferredAllocationAvailable(true).build();

    private static final String READ_AND_WRITE = "rw";

    private WireFormat() {}

    static ListAndWatchResponse list(List<Device> devices) {
        ListAndWatchResponse.Builder list = ListAndWatchResponse.newBuilder();
        devices.forEach(device -> list.addDevices(device(device)));
        return list.build();
    }

    private static io.kubeqat.deviceplugin.kubelet.v1beta1.Device device(Device device) {
        io.kubeqat.deviceplugin.kubelet.v1beta1.Device.Builder message = io.kubeqat.deviceplugin.kubelet.v1beta1.Device.newBuilder()
                .setID(device.id())
                .setHealth(health(device.health()));
        // No topology at all where the node is unknown: -1 means something else to the kubelet (1.36 manager.go:56).
        device.numaNode().ifPresent(node -> message.setTopology(TopologyInfo.newBuilder().addNodes(NUMANode.newBuilder().setID(node))));
        return message.build();
    }

    /// The kubelet compares with these very letters.
    private static String health(Health health) {
        return health.reason().isEmpty() ? "Healthy" : "Unhealthy";
    }

    static ContainerAllocateResponse allocation(Allocation allocation) {
        ContainerAllocateResponse.Builder response = ContainerAllocateResponse.newBuilder().putAllEnvs(allocation.environment());
        allocation.nodes().forEach(node -> response.addDevices(DeviceSpec.newBuilder()
                .setContainerPath(node.containerPath())
                .setHostPath(node.hostPath())
                .setPermissions(READ_AND_WRITE)));
        allocation.cdiDevices().forEach(name -> response.addCdiDevices(CDIDevice.newBuilder().setName(name)));
        return response.build();
    }
}
