/// What the plugin tells of itself: metrics, whether it lives, whether it is registered.
///
/// May import the inventory, the allocation and the kubelet package's figures, and nothing that changes anything. One small HTTP server on a `ServerSocket` and the
/// text format of Prometheus by hand: `jdk.httpserver` would be one more module in the image, and Prometheus' client library with what it needs 0.4 MB of
/// jars whose classes stay in memory, for eleven metrics that are read from what is known anyway.
package io.kubeqat.deviceplugin.status;
