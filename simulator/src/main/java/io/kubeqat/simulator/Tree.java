package io.kubeqat.simulator;

import io.kubeqat.sysfs.Errno;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Paths on the tree. All are relative to the root, separated by `/`; the empty path is the root.
final class Tree {
    /// Linux `include/linux/namei.h`, MAXSYMLINKS.
    private static final int MAX_LINKS = 40;

    private final Directory root = new Directory();

    /// A node and the path to it that has no link in it.
    record Found(String path, Node node) {}

    /// The directory at `path`, made with its parents where missing.
    Directory directory(String path) {
        Directory directory = root;
        for (String name : names(path)) {
            Directory parent = directory;
            directory = (Directory) parent.entry(name).orElseGet(() -> parent.addDirectory(name));
        }
        return directory;
    }

    void add(String path, Node node) {
        directory(parent(path)).add(name(path), node);
    }

    void remove(String path) {
        directory(parent(path)).remove(name(path));
    }

    /// Makes a link to `target` (from the root), with the shortest relative text, as `sysfs_create_link` does.
    void link(String path, String target) {
        add(path, new Link(Path.of(parent(path)).relativize(Path.of(target)).toString()));
    }

    /// Walks to `path`, following links on the way, and the last one too if `followLast`.
    Found find(String path, boolean followLast) {
        return straight(path, followLast).map(node -> new Found(path, node)).orElseGet(() -> byLinks(path, followLast));
    }

    /// What is at a path that has no link to follow, as nearly all have; empty for every other.
    private Optional<Node> straight(String path, boolean followLast) {
        Node node = root;
        for (int start = 0, end; start < path.length(); start = end + 1) {
            int slash = path.indexOf('/', start);
            end = slash < 0 ? path.length() : slash;
            Optional<Node> next = node instanceof Directory directory ? directory.entry(path.substring(start, end)) : Optional.empty();
            if (next.isEmpty() || next.get() instanceof Link && (followLast || end < path.length())) {
                return Optional.empty();
            }
            node = next.get();
        }
        return path.endsWith("/") ? Optional.empty() : Optional.of(node);
    }

    private Found byLinks(String path, boolean followLast) {
        Deque<String> todo = new ArrayDeque<>(names(path));
        List<String> done = new ArrayList<>();
        Node node = root;
        int links = 0;
        while (!todo.isEmpty()) {
            String name = todo.removeFirst();
            if (!(node instanceof Directory)) {
                throw new KernelError(Errno.ENOTDIR);
            }
            if (name.equals("..")) {
                if (done.isEmpty()) {
                    throw new KernelError(Errno.ELOOP);
                }
                done.removeLast();
                node = at(done);
                continue;
            }
            Node next = ((Directory) node).entry(name).orElseThrow(() -> new KernelError(Errno.ENOENT));
            if (next instanceof Link link && (followLast || !todo.isEmpty())) {
                if (++links > MAX_LINKS) {
                    throw new KernelError(Errno.ELOOP);
                }
                names(link.target()).reversed().forEach(todo::addFirst);
            } else {
                done.add(name);
                node = next;
            }
        }
        return new Found(String.join("/", done), node);
    }

    private Node at(List<String> names) {
        Node node = root;
        for (String name : names) {
            node = ((Directory) node).entry(name).orElseThrow();
        }
        return node;
    }

    private static List<String> names(String path) {
        return Path.of(path).toString().isEmpty() ? List.of() : List.of(Path.of("/" + path).toString().substring(1).split("/"));
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
