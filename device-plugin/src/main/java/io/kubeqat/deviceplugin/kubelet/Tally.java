package io.kubeqat.deviceplugin.kubelet;

import java.util.concurrent.atomic.AtomicLong;

/// Counts the allocations of one resource name over all its servers: on the event loop, while others read.
final class Tally {
    final AtomicLong granted = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
}
