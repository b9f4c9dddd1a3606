package io.kubeqat.deviceplugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/// A node's `/sys` and `/dev/vfio` as plain files and links: enough to read, without the kernel's behaviour. Each change is one call of the file system where the
/// plugin may look at the same time.
public final class NodeTree {
    private final Path root;
    private int groups = 100;

    public NodeTree(Path directory) {
        this.root = directory;
        doing(() -> {
            Files.createDirectories(sysfs().resolve("bus/pci/devices"));
            Files.createDirectories(sysfs().resolve("bus/pci/drivers/vfio-pci"));
            Files.createDirectories(sysfs().resolve("bus/pci/drivers/4xxx"));
            Files.createDirectories(vfio());
            Files.createFile(vfio().resolve("vfio"));
        });
    }

    public Path sysfs() {
        return root.resolve("sys");
    }

    /// What stands for `/dev`.
    public Path dev() {
        return root;
    }

    public Path vfio() {
        return root.resolve("vfio");
    }

    /// A 4xxx card that is up, with VFs `.1`, `.2`, … bound to vfio-pci, each in an IOMMU group with a VFIO device.
    ///
    /// @param bus two hexadecimal digits
    public NodeTree card(String bus, String services, int numaNode, int vfs) {
        String pf = address(bus, 0);
        device(pf, "4940", numaNode);
        file(pf + "/qat/state", "up\n");
        file(pf + "/qat/cfg_services", services + "\n");
        file(pf + "/sriov_totalvfs", vfs + "\n");
        file(pf + "/sriov_numvfs", vfs + "\n");
        driver(pf, "4940", "4xxx");
        for (int i = 1; i <= vfs; i++) {
            vf(bus, i, numaNode);
        }
        return this;
    }

    /// Puts VF `index` (from 1) on the bus, in a new IOMMU group.
    public void vf(String bus, int index, int numaNode) {
        String vf = address(bus, index);
        device(vf, "4941", numaNode);
        driver(vf, "4941", "vfio-pci");
        int group = groups++;
        doing(() -> {
            Files.createDirectories(sysfs().resolve("kernel/iommu_groups/" + group + "/devices"));
            link(sysfs().resolve("kernel/iommu_groups/" + group + "/devices/" + vf), path(vf));
            link(path(vf).resolve("iommu_group"), sysfs().resolve("kernel/iommu_groups/" + group));
            link(path(vf).resolve("physfn"), path(address(bus, 0)));
            link(path(address(bus, 0)).resolve("virtfn" + (index - 1)), path(vf));
            Files.createFile(vfio().resolve(Integer.toString(group)));
        });
    }

    /// VF `index` (from 1) of the card on `bus`.
    public static String address(String bus, int index) {
        return "0000:%s:%02x.%d".formatted(bus, index / 8, index % 8);
    }

    public void state(String bus, String state) {
        file(address(bus, 0) + "/qat/state", state + "\n");
    }

    /// Takes a VF off the bus: the card's link goes first.
    public void remove(String bus, int index) {
        doing(() -> {
            Files.delete(path(address(bus, 0)).resolve("virtfn" + (index - 1)));
            try (Stream<Path> files = Files.walk(path(address(bus, index)))) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(sysfs().resolve("bus/pci/drivers/vfio-pci/" + address(bus, index)));
            Files.delete(sysfs().resolve("bus/pci/devices/" + address(bus, index)));
        });
    }

    /// Takes a VF from vfio-pci and leaves it to nobody.
    public void unbind(String address) {
        uevent(address, "4941", "");
        doing(() -> {
            Files.delete(path(address).resolve("driver"));
            Files.delete(sysfs().resolve("bus/pci/drivers/vfio-pci/" + address));
        });
    }

    /// Puts a device that is no QAT VF into a group.
    ///
    /// @param pciClass as in its file, `0x020000` for a network card
    public void join(int group, String address, String pciClass) {
        file(address + "/vendor", "0x8086\n");
        file(address + "/device", "0x1592\n");
        file(address + "/class", pciClass + "\n");
        doing(() -> {
            link(sysfs().resolve("kernel/iommu_groups/" + group + "/devices/" + address), path(address));
            link(sysfs().resolve("bus/pci/devices/" + address), path(address));
        });
    }

    /// Makes a file of a VF something that nobody understands.
    public void spoil(String address) {
        file(address + "/numa_node", "?\n");
    }

    /// Makes a card's services something that nobody understands.
    public void spoilCard(String bus) {
        file(address(bus, 0) + "/qat/cfg_services", "?\n");
    }

    /// What the driver shows of a card in debugfs.
    public void heartbeat(String bus, boolean alive, int sent, int failed) {
        String directory = "../../kernel/debug/qat_4xxx_" + address(bus, 0) + "/heartbeat/";
        file(directory + "queries_sent", sent + "\n\0");
        file(directory + "queries_failed", failed + "\n\0");
        file(directory + "status", (alive ? "0" : "-1") + "\n\0");
    }

    public void firmwareCounters(String bus, long requests, long responses) {
        file("../../kernel/debug/qat_4xxx_" + address(bus, 0) + "/fw_counters",
                "AE          Requests        Responses\n 0: %16d %16d\n 1: %16d %16d\n".formatted(requests, responses, 0, 0));
    }

    /// The IOMMU group of a VF that is on the bus.
    public int group(String address) {
        try {
            return Integer.parseInt(Files.readSymbolicLink(path(address).resolve("iommu_group")).getFileName().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void removeGroup(String address) {
        doing(() -> Files.delete(path(address).resolve("iommu_group")));
    }

    public void removeNode(int group) {
        doing(() -> Files.delete(vfio().resolve(Integer.toString(group))));
    }

    public void addNode(int group) {
        doing(() -> Files.createFile(vfio().resolve(Integer.toString(group))));
    }

    private void device(String address, String id, int numaNode) {
        file(address + "/vendor", "0x8086\n");
        file(address + "/device", "0x" + id + "\n");
        file(address + "/numa_node", numaNode + "\n");
        doing(() -> link(sysfs().resolve("bus/pci/devices/" + address), path(address)));
    }

    private void driver(String address, String id, String driver) {
        uevent(address, id, "DRIVER=" + driver + "\n");
        doing(() -> {
            link(path(address).resolve("driver"), sysfs().resolve("bus/pci/drivers/" + driver));
            link(sysfs().resolve("bus/pci/drivers/" + driver + "/" + address), path(address));
        });
    }

    /// As the kernel writes it, in one step (Linux `pci_uevent`, `dev_uevent`).
    private void uevent(String address, String id, String driver) {
        file(address + "/uevent.next", driver + "PCI_CLASS=B4000\nPCI_ID=8086:" + id + "\nPCI_SLOT_NAME=" + address + "\n");
        doing(() -> Files.move(path(address).resolve("uevent.next"), path(address).resolve("uevent"), StandardCopyOption.ATOMIC_MOVE));
    }

    private void file(String file, String content) {
        doing(() -> {
            Path path = sysfs().resolve("devices/pci0000:00").resolve(file).normalize();
            Files.createDirectories(path.getParent());
            Files.writeString(path, content);
        });
    }

    private Path path(String address) {
        return sysfs().resolve("devices/pci0000:00/" + address);
    }

    private static void link(Path link, Path target) throws IOException {
        Files.createSymbolicLink(link, link.getParent().relativize(target));
    }

    private static void doing(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Action {
        void run() throws IOException;
    }
}
