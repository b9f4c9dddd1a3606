package io.kubeqat.simulator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The simulator in process. Says of itself that it is `/sys`, because that is what an operator would see in a message.
final class SimulatedSysfs implements Sysfs {
    private final Simulator simulator;

    SimulatedSysfs(Simulator simulator) {
        this.simulator = simulator;
    }

    @Override
    public String read(String path) {
        return call("read", path, () -> new String(simulator.read(path), ISO_8859_1));
    }

    @Override
    public void write(String path, String value) {
        call("write \"" + value.strip() + "\" to", path, () -> {
            simulator.write(path, value.getBytes(ISO_8859_1));
            return path;
        });
    }

    @Override
    public List<String> list(String path) {
        return call("list", path, () -> simulator.look(path, true, found -> switch (found.node()) {
            case Directory directory -> List.copyOf(directory.entries().keySet());
            case Attribute _, Link _ -> throw new KernelError(Errno.ENOTDIR);
        }));
    }

    @Override
    public Optional<String> link(String path) {
        boolean isLink;
        try {
            isLink = simulator.find(path, false).node() instanceof Link;
        } catch (KernelError _) {
            String directory = path.substring(0, Math.max(0, path.lastIndexOf('/')));
            return call("look for a link in", directory, () -> {
                simulator.find(directory, true);
                return Optional.empty();
            });
        }
        return isLink ? Optional.of(call("follow", path, () -> simulator.find(path, true).path())) : Optional.empty();
    }

    @Override
    public boolean exists(String path) {
        try {
            simulator.find(path, true);
            return true;
        } catch (KernelError _) {
            return false;
        }
    }

    private <T> T call(String action, String path, Supplier<T> systemCall) {
        try {
            return systemCall.get();
        } catch (KernelError e) {
            SysfsException failure = new SysfsException(action, "/sys/" + realPath(path), e.errno());
            failure.initCause(e);
            throw failure;
        }
    }

    /// With links followed, where that is possible, because that is the name under which the kernel log knows the file.
    private String realPath(String path) {
        try {
            return simulator.find(path, true).path();
        } catch (KernelError _) {
            return path;
        }
    }
}
