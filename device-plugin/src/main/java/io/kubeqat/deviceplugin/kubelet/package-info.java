/// The kubelet's side of the device plugin: sockets, registration, and the calls of the API `v1beta1`.
///
/// May import the inventory and the allocation. The only package that knows gRPC, Netty and the generated types (`.v1beta1`). Everything here but the
/// calls themselves runs on one thread, the loop that is passed in as an `Executor`; the calls run on the event loop and see immutable snapshots.
///
/// Source of the rules: Kubernetes `pkg/kubelet/cm/devicemanager`, versions 1.20 to 1.36.
package io.kubeqat.deviceplugin.kubelet;
