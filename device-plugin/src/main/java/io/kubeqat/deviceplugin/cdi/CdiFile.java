package io.kubeqat.deviceplugin.cdi;

import static java.util.Objects.requireNonNull;

import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.json.Json;
import io.kubeqat.pci.IommuGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private SortedMap<String, IommuGroup> described = Collections.emptySortedMap();

    /// Writes nothing yet.
    ///
    /// @param directory one that the container runtime reads, `/var/run/cdi`
    /// @param prefix what stands before the `/` of the resource names
    /// @param vfioDirectory where the node's VFIO devices are
    public CdiFile(Path directory, String prefix, Path vfioDirectory) {
        this.directory = requireNonNull(directory, "directory is null");
        this.kind = kind(prefix);
        this.vfioDirectory = requireNonNull(vfioDirectory, "vfioDirectory is null");
    }

    /// What stands before the `=` of each device's name.
    ///
    /// @param prefix what stands before the `/` of the resource names
    /// @return the kind, `qat.intel.com/vf`
    public static String kind(String prefix) {
        return prefix + "/vf";
    }

    /// To be called before the kubelet hears of the inventory. The file is there at once as a whole, because the runtime reads it whenever it likes; an inventory that
    /// changes nothing in it is not written.
    ///
    /// @param inventory what is to be in it
    /// @throws IOException when it cannot be written; then the old one is still there
    public void write(Inventory inventory) throws IOException {
        SortedMap<String, IommuGroup> next = groups(inventory);
        if (Files.exists(file()) && next.equals(described)) {
            return;
        }
        byte[] text = text(next).getBytes(StandardCharsets.UTF_8);
        // What a plugin before this one has written is as good.
        if (Files.isRegularFile(file()) && Arrays.equals(text, Files.readAllBytes(file()))) {
            described = next;
            return;
        }
        // The runtime takes no file without an ending that it knows.
        Path unfinished = directory.resolve(NAME + ".next");
        Files.write(unfinished, text);
        Files.move(unfinished, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        described = next;
    }

    /// What may be offered while the file cannot be written. A loss of health goes out, for the runtime need know nothing new for it.
    ///
    /// @param inventory what was found
    /// @return the same, but a device that the file does not describe as it is now is unhealthy
    public Inventory withholdUndescribed(Inventory inventory) {
        boolean there = Files.exists(file());
        return inventory.withhold(device -> !there || !device.group().equals(Optional.ofNullable(described.get(device.id()))), "no CDI file tells the container runtime of it");
    }

    private Path file() {
        return directory.resolve(NAME);
    }

    private static SortedMap<String, IommuGroup> groups(Inventory inventory) {
        // A VF that has moved from one name to another is listed under both.
        SortedMap<String, IommuGroup> groups = new TreeMap<>();
        inventory.resources().values().forEach(list -> list.forEach(device -> device.group().ifPresent(group -> groups.put(device.id(), group))));
        return groups;
    }

    private String text(SortedMap<String, IommuGroup> groups) {
        List<Map<String, Object>> devices = groups.entrySet().stream().map(entry -> device(entry.getKey(), entry.getValue())).toList();
        return Json.of(Json.map("cdiVersion", VERSION, "kind", kind, "devices", devices, "containerEdits", edits("vfio")));
    }

    private Map<String, Object> device(String id, IommuGroup group) {
        return Json.map("name", id, "containerEdits", edits(group.devicePath().substring(group.devicePath().lastIndexOf('/') + 1)));
    }

    private Map<String, Object> edits(String node) {
        return Json.map("deviceNodes", List.of(Json.map("path", "/dev/vfio/" + node, "hostPath", vfioDirectory.resolve(node).toString(), "permissions", "rw")));
    }
}
