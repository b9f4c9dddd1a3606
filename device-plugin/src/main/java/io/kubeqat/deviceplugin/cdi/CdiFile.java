package io.kubeqat.deviceplugin.cdi;

import static java.util.Objects.requireNonNull;

import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.json.Json;
import io.kubeqat.pci.IommuGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The file that tells the container runtime what each VF is. It outlives the plugin: a container that restarts is given the same names, and its runtime looks
/// them up again.
public final class CdiFile {
    private static final String VERSION = "0.5.0";
    private static final String NAME = "kube-qat.json";

    private final Path directory;
    private final String kind;
    private final Path vfioDirectory;
    private String written = "";

    /// @param directory one that the container runtime reads, `/var/run/cdi`
    /// @param prefix what stands before the `/` of the resource names
    /// @param vfioDirectory where the node's VFIO devices are
    public CdiFile(Path directory, String prefix, Path vfioDirectory) {
        this.directory = requireNonNull(directory, "directory is null");
        this.kind = kind(prefix);
        this.vfioDirectory = requireNonNull(vfioDirectory, "vfioDirectory is null");
    }

    /// What stands before the `=` of each device's name.
    public static String kind(String prefix) {
        return prefix + "/vf";
    }

    /// To be called before the kubelet hears of the inventory. The file is there at once as a whole, because the runtime reads it whenever it likes; an inventory that
    /// changes nothing in it is not written.
    ///
    /// @throws IOException when it cannot be written; then the old one is still there
    public void write(Inventory inventory) throws IOException {
        String text = text(inventory);
        Path file = directory.resolve(NAME);
        if (text.equals(written) && Files.exists(file)) {
            return;
        }
        // The runtime takes no file without an ending that it knows.
        Path next = directory.resolve(NAME + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        written = text;
    }

    private String text(Inventory inventory) {
        // A VF that has moved from one name to another is listed under both.
        SortedMap<String, Object> devices = new TreeMap<>();
        inventory.resources().values().forEach(list -> list.forEach(device -> device.group().ifPresent(group -> devices.put(device.id(), device(device, group)))));
        return Json.of(Json.map("cdiVersion", VERSION, "kind", kind, "devices", List.copyOf(devices.values()), "containerEdits", edits("vfio")));
    }

    private Map<String, Object> device(Device device, IommuGroup group) {
        return Json.map("name", device.id(), "containerEdits", edits(group.devicePath().substring(group.devicePath().lastIndexOf('/') + 1)));
    }

    private Map<String, Object> edits(String node) {
        return Json.map("deviceNodes", List.of(Json.map("path", "/dev/vfio/" + node, "hostPath", vfioDirectory.resolve(node).toString(), "permissions", "rw")));
    }
}
