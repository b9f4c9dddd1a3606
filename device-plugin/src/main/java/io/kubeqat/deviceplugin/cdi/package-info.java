/// The container device interface: a file from which the container runtime learns what belongs to a device that the kubelet names.
///
/// May import the inventory and `json`. Knows neither the kubelet nor gRPC. Source: CNCF container-device-interface, `SPEC.md` 0.5.0, the first with `hostPath`.
package io.kubeqat.deviceplugin.cdi;
