package io.kubeqat.deviceplugin.inventory;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.qat.QatTopologyReader;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/// Looks at the node: what the kernel has of QAT, and which VFIO devices there are for it. Reads everything when something has changed, and now and then
/// to be sure.
public final class DeviceScanner {
    /// How many looks a reading lasts if nothing changes: half a minute at the usual interval.
    static final int LOOKS_PER_READING = 30;
    /// The same where something could not be read: it may be readable by now without any other sign.
    static final int LOOKS_PER_READING_WITH_PROBLEMS = 5;

    private static final QatTopology NOTHING = new QatTopology(List.of(), List.of(), List.of());

    private final Sysfs sysfs;
    private final QatTopologyReader reader;
    private final Path vfioDirectory;
    private final String prefix;
    private final CardMonitor monitor;
    private SortedMap<PciAddress, CardHealth> health = Collections.emptySortedMap();
    private QatTopology topology = NOTHING;
    private Optional<Glance> last = Optional.empty();
    private int looksLeft;

    /// @param vfioDirectory where the node's VFIO devices are, `/dev/vfio`
    /// @param prefix what stands before the `/` of every resource name
    /// @param monitor what measures the cards of the same tree
    public DeviceScanner(Sysfs sysfs, QatModels models, Path vfioDirectory, String prefix, CardMonitor monitor) {
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
        this.reader = new QatTopologyReader(sysfs, models);
        this.vfioDirectory = requireNonNull(vfioDirectory, "vfioDirectory is null");
        this.prefix = requireNonNull(prefix, "prefix is null");
        this.monitor = requireNonNull(monitor, "monitor is null");
    }

    /// What to offer now. Never fails: what cannot be read is unhealthy, with the reason.
    ///
    /// @param previous what was offered before; [Inventory#EMPTY] at the start
    public Inventory scan(Inventory previous) {
        try {
            VfioNodes nodes = vfioNodes();
            health = monitor.look(topology.physicalFunctions());
            // Before the reading, so that what changes meanwhile shows the next time.
            Optional<Glance> glance = Optional.of(Glance.at(sysfs, nodes, topology, health));
            if (glance.equals(last) && looksLeft-- > 0) {
                return previous;
            }
            QatTopology next = reader.read();
            // A glance at other cards says nothing about these.
            last = next.physicalFunctions().equals(topology.physicalFunctions()) ? glance : Optional.empty();
            looksLeft = next.problems().isEmpty() ? LOOKS_PER_READING : LOOKS_PER_READING_WITH_PROBLEMS;
            topology = next;
            health = monitor.look(next.physicalFunctions());
            return InventoryRules.next(next, Surroundings.read(sysfs, next, nodes, health), prefix, previous);
        } catch (SysfsException | UnexpectedValueException | IllegalArgumentException e) {
            last = Optional.empty();
            return InventoryRules.unreadable(previous, e.getMessage());
        }
    }

    /// The cards of the latest reading.
    public List<PhysicalFunction> cards() {
        return topology.physicalFunctions();
    }

    /// The health of the cards that are up, by PF.
    public SortedMap<PciAddress, CardHealth> health() {
        return health;
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
