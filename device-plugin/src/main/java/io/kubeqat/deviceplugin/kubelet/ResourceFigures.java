package io.kubeqat.deviceplugin.kubelet;

/// What one resource name has seen since the process started.
///
/// @param registered whether the kubelet has accepted it and watches its list
/// @param registrations how often the kubelet has accepted it
/// @param failedRegistrations how often it has not
/// @param allocations containers that were given devices
/// @param refusedAllocations calls that were refused
public record ResourceFigures(boolean registered, long registrations, long failedRegistrations, long allocations, long refusedAllocations) {}
