package io.kubeqat.nodesetup;

import io.kubeqat.sysfs.Sysfs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Passes everything on and remembers what was written: `value > path`.
final class RecordedSysfs implements Sysfs {
    private final Sysfs sysfs;
    private final List<String> writes = Collections.synchronizedList(new ArrayList<>());
    private Predicate<String> ignored = _ -> false;
    private Predicate<String> hidden = _ -> false;
    private boolean readOnly;

    RecordedSysfs(Sysfs sysfs) {
        this.sysfs = sysfs;
    }

    List<String> writes() {
        return List.copyOf(writes);
    }

    /// From now on writes to these paths have no effect.
    void ignoreWrites(Predicate<String> paths) {
        ignored = paths;
    }

    /// From now on these paths are not there.
    void hide(Predicate<String> paths) {
        hidden = paths;
    }

    void mountReadOnly() {
        readOnly = true;
    }

    @Override
    public String read(String path) {
        return sysfs.read(path);
    }

    @Override
    public void write(String path, String value) {
        writes.add(value + " > " + path);
        if (!ignored.test(path)) {
            sysfs.write(path, value);
        }
    }

    @Override
    public List<String> list(String path) {
        return sysfs.list(path).stream().filter(name -> !hidden.test(path + "/" + name)).toList();
    }

    @Override
    public Optional<String> link(String path) {
        return sysfs.link(path);
    }

    @Override
    public boolean exists(String path) {
        return !hidden.test(path) && sysfs.exists(path);
    }

    @Override
    public boolean writable(String path) {
        return !readOnly && sysfs.writable(path);
    }

    @Override
    public String describe(String path) {
        return sysfs.describe(path);
    }
}
