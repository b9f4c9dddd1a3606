/// Which devices a container should get, and what it needs to use them.
///
/// May import `io.kubeqat.deviceplugin.inventory`. Pure functions on values: no I/O, no kubelet, no gRPC.
package io.kubeqat.deviceplugin.allocation;
