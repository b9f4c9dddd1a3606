package io.kubeqat.simulator;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A directory. Not safe for use by several threads: [Simulator] holds the lock.
final class Directory implements Node {
    private final SortedMap<String, Node> entries = new TreeMap<>();
    private final int mode;

    Directory() {
        this(0755);
    }

    Directory(int mode) {
        this.mode = mode;
    }

    int mode() {
        return mode;
    }

    Optional<Node> entry(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    Map<String, Node> entries() {
        return Collections.unmodifiableMap(entries);
    }

    Directory add(String name, Node node) {
        if (entries.putIfAbsent(name, node) != null) {
            throw new IllegalStateException("the tree already has an entry " + name);
        }
        return this;
    }

    Directory addDirectory(String name) {
        Directory directory = new Directory();
        add(name, directory);
        return directory;
    }

    void remove(String name) {
        entries.remove(name);
    }
}
