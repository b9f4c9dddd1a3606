/// What the node has to offer: devices by resource name, each with its health, as immutable snapshots.
///
/// May import the `sysfs` module's typed view. Reads, never writes; knows neither the kubelet nor gRPC. Each class but [DeviceScanner] is a value or a pure
/// function.
package io.kubeqat.deviceplugin.inventory;
