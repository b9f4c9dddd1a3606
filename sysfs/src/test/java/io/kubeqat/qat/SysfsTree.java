package io.kubeqat.qat;

import io.kubeqat.sysfs.LinuxSysfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Lays a tree like `/sys` out in a directory, with real links: enough to read, without the kernel's behaviour.
final class SysfsTree {
    private final Path root;

    SysfsTree(Path directory) {
        try {
            root = Files.createDirectories(directory.resolve("sys")).toRealPath();
            for (String name : new String[] {"bus/pci/devices", "bus/pci/drivers", "kernel/iommu_groups"}) {
                Files.createDirectories(root.resolve(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path root() {
        return root;
    }

    LinuxSysfs sysfs() {
        return new LinuxSysfs(root);
    }

    /// @param place the device's directory, `devices/pci0000:4a/0000:4b:00.0`
    SysfsTree device(String place, String vendor, String device) {
        String name = place.substring(place.lastIndexOf('/') + 1);
        link("bus/pci/devices/" + name, place);
        file(place + "/vendor", "0x" + vendor + "\n");
        file(place + "/device", "0x" + device + "\n");
        file(place + "/numa_node", "-1\n");
        return file(place + "/driver_override", "(null)\n");
    }

    SysfsTree file(String path, String content) {
        return doing(() -> {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        });
    }

    SysfsTree link(String path, String target) {
        return doing(() -> {
            Path link = root.resolve(path);
            Files.createDirectories(root.resolve(target));
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, link.getParent().relativize(root.resolve(target)));
        });
    }

    SysfsTree remove(String path) {
        return doing(() -> Files.delete(root.resolve(path)));
    }

    private SysfsTree doing(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private interface Action {
        void run() throws IOException;
    }
}
