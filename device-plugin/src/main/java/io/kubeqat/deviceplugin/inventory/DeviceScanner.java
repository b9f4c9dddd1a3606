package io.kubeqat.deviceplugin.inventory;

import static java.util.Objects.requireNonNull;

import io.kubeqat.qat.QatTopologyReader;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Looks at the node: what the kernel has of QAT, and which VFIO devices there are for it.
public final class DeviceScanner {
    private final QatTopologyReader reader;
    private final Path vfioDirectory;
    private final String prefix;

    /// @param vfioDirectory where the node's VFIO devices are, `/dev/vfio`
    /// @param prefix what stands before the `/` of every resource name
    public DeviceScanner(QatTopologyReader reader, Path vfioDirectory, String prefix) {
        this.reader = requireNonNull(reader, "reader is null");
        this.vfioDirectory = requireNonNull(vfioDirectory, "vfioDirectory is null");
        this.prefix = requireNonNull(prefix, "prefix is null");
    }

    /// What to offer now. Never fails: what cannot be read is unhealthy, with the reason.
    ///
    /// @param previous what was offered before; [Inventory#EMPTY] at the start
    public Inventory scan(Inventory previous) {
        try {
            return InventoryRules.next(reader.read(), vfioNodes(), prefix, previous);
        } catch (SysfsException | UnexpectedValueException | IllegalArgumentException e) {
            return InventoryRules.unreadable(previous, e.getMessage());
        }
    }

    private VfioNodes vfioNodes() {
        Set<String> names = new HashSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(vfioDirectory)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (NoSuchFileException e) {
            // VFIO makes the directory with its first device.
            return new VfioNodes(vfioDirectory.toString(), Set.of(), Optional.empty());
        } catch (IOException | DirectoryIteratorException e) {
            return new VfioNodes(vfioDirectory.toString(), Set.of(), Optional.of("cannot list " + vfioDirectory + ": " + e.getMessage()));
        }
        return new VfioNodes(vfioDirectory.toString(), names, Optional.empty());
    }
}
