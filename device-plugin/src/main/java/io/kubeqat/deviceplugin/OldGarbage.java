package io.kubeqat.deviceplugin;

import static java.util.Objects.requireNonNull;

import java.util.function.LongSupplier;

/// Has the heap collected when it has grown by what nobody needs any more.
///
/// What is known of a device lives until the device changes, and is old by then in the collector's terms. The collector of small heaps (`-XX:+UseSerialGC`) looks through what is old
/// only when the heap is as large as it may ever be, and until then such garbage takes memory from the node.
final class OldGarbage {
    /// More than what is young can be (`-Xmn`), which the collector looks after by itself.
    static final long WORTH_A_LOOK = 1 << 20;

    private final LongSupplier used;
    private final Runnable collection;
    private long needed;

    /// @param used how many bytes of the heap are taken, by garbage as well
    /// @param collection leaves only what is needed
    OldGarbage(LongSupplier used, Runnable collection) {
        this.used = requireNonNull(used, "used is null");
        this.collection = requireNonNull(collection, "collection is null");
    }

    static OldGarbage ofThisProcess() {
        Runtime runtime = Runtime.getRuntime();
        return new OldGarbage(() -> runtime.totalMemory() - runtime.freeMemory(), System::gc);
    }

    /// To be called about every second while there is time: a collection of a few MiB takes some 20 ms, in which nobody is answered.
    void collect() {
        if (used.getAsLong() - needed > WORTH_A_LOOK) {
            collection.run();
            needed = used.getAsLong();
        }
    }
}
