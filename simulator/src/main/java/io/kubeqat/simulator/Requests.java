package io.kubeqat.simulator;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/// Counts what the kernel asked of the mounted tree, by kind: how much a program makes of the file system, whatever the speed of the machine.
final class Requests {
    enum Kind {
        /// Looking a name up in a directory, too: libfuse's path interface does not tell them apart.
        GETATTR,
        SETATTR,
        READLINK,
        READDIR,
        OPEN,
        READ,
        WRITE,
        RELEASE
    }

    private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);

    Requests() {
        for (Kind kind : Kind.values()) {
            counts.put(kind, new LongAdder());
        }
    }

    void count(Kind kind) {
        counts.get(kind).increment();
    }

    /// A line for each kind, always as long: asking for the size counts too, and the size has to stay true until the content is read.
    @Override
    public String toString() {
        return counts.entrySet().stream()
                .map(entry -> "%-8s %10d\n".formatted(entry.getKey().name().toLowerCase(Locale.ROOT), entry.getValue().sum()))
                .collect(Collectors.joining());
    }
}
