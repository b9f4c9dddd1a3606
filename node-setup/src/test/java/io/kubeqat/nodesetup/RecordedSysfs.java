package io.kubeqat.nodesetup;

import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
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
    private String gone = "";
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

    /// From now on the device is not there, while links to it are: what `remove` of a VF does.
    void takeOffTheBus(String device) {
        gone = device;
    }

    void mountReadOnly() {
        readOnly = true;
    }

    private boolean isGone(String path) {
        return !gone.isEmpty() && (path + "/").contains("/" + gone + "/");
    }

    @Override
    public String read(String path) {
        if (isGone(path)) {
            throw new SysfsException("read", describe(path), Errno.ENOENT);
        }
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
        return sysfs.list(path).stream().filter(name -> !hidden.test(path + "/" + name) && !isGone(path + "/" + name)).toList();
    }

    @Override
    public Optional<String> link(String path) {
        return isGone(path) ? Optional.empty() : sysfs.link(path);
    }

    @Override
    public boolean exists(String path) {
        return !hidden.test(path) && !isGone(path) && sysfs.exists(path);
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
