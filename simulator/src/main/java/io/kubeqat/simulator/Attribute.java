package io.kubeqat.simulator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kubeqat.sysfs.Errno;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A file: what the kernel calls an attribute's `show` and `store`.
final class Attribute implements Node {
    private final int mode;
    private final Optional<Supplier<String>> show;
    private final Optional<Consumer<String>> store;
    private final boolean readingActs;
    private int lastLength;

    private Attribute(int mode, Optional<Supplier<String>> show, Optional<Consumer<String>> store, boolean readingActs, int lastLength) {
        this.mode = mode;
        this.show = show;
        this.store = store;
        this.readingActs = readingActs;
        this.lastLength = lastLength;
    }

    static Attribute readOnly(int mode, Supplier<String> show) {
        return new Attribute(mode, Optional.of(show), Optional.empty(), false, 0);
    }

    static Attribute constant(String text) {
        return readOnly(0444, () -> text);
    }

    static Attribute readWrite(int mode, Supplier<String> show, Consumer<String> store) {
        return new Attribute(mode, Optional.of(show), Optional.of(store), false, 0);
    }

    static Attribute writeOnly(Consumer<String> store) {
        return new Attribute(0200, Optional.empty(), Optional.of(store), false, 0);
    }

    /// A file whose reading does something, so that its length must never be found out by reading it.
    ///
    /// @param length of the usual content, in bytes
    static Attribute acting(int mode, int length, Supplier<String> show) {
        return new Attribute(mode, Optional.of(show), Optional.empty(), true, length);
    }

    int mode() {
        return mode;
    }

    boolean readingActs() {
        return readingActs;
    }

    /// Mode bits do not stop root, but a missing `show` or `store` does: kernfs answers EACCES at open (Linux `fs/kernfs/file.c`, `kernfs_fop_open`).
    boolean readable() {
        return show.isPresent();
    }

    boolean writable() {
        return store.isPresent();
    }

    String read() {
        String text = show.orElseThrow(() -> new KernelError(Errno.EACCES)).get();
        lastLength = text.getBytes(ISO_8859_1).length;
        return text;
    }

    void write(String value) {
        store.orElseThrow(() -> new KernelError(Errno.EACCES)).accept(value);
    }

    /// The true size in bytes, or, where only a read could tell, the size the last read had.
    int size() {
        if (!readable() || readingActs) {
            return lastLength;
        }
        try {
            return read().length();
        } catch (KernelError _) {
            // A page: with a size of 0 the reader's kernel would not ask, and the error of the read would be lost.
            return 4096;
        }
    }
}
