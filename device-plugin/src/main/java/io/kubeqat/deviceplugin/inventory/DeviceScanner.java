package io.kubeqat.deviceplugin.inventory;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.qat.QatTopologyReader;
import io.kubeqat.qat.VfDetail;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.LongSupplier;

/// Looks at the node: what the kernel has of QAT, and which VFIO devices there are for it. Reads again what has changed, everything when it cannot tell what has, and
/// everything now and then to be sure.
public final class DeviceScanner {
    /// How long a reading of everything lasts.
    static final Duration READING_LASTS = Duration.ofSeconds(30);
    /// The same where something could not be read: it may be readable by now without any other sign.
    static final Duration READING_WITH_PROBLEMS_LASTS = Duration.ofSeconds(5);

    private static final QatTopology NOTHING = new QatTopology(List.of(), List.of(), List.of());

    private final Sysfs sysfs;
    private final QatTopologyReader reader;
    private final Path vfioDirectory;
    private final String prefix;
    private final CardMonitor monitor;
    private final LongSupplier nanoTime;
    private SortedMap<PciAddress, CardHealth> health = Collections.emptySortedMap();
    private QatTopology topology = NOTHING;
    private IommuGroups groups;
    private Set<VfDetail> details = EnumSet.noneOf(VfDetail.class);
    private Optional<Glance> last = Optional.empty();
    private long readingEnds;

    /// Reads nothing yet.
    ///
    /// @param sysfs the node's `/sys`
    /// @param models the cards that are known
    /// @param vfioDirectory where the node's VFIO devices are, `/dev/vfio`
    /// @param prefix what stands before the `/` of every resource name
    /// @param monitor what measures the cards of the same tree
    /// @param nanoTime the clock, as [System#nanoTime]
    public DeviceScanner(Sysfs sysfs, QatModels models, Path vfioDirectory, String prefix, CardMonitor monitor, LongSupplier nanoTime) {
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
        this.groups = new IommuGroups(sysfs);
        this.reader = new QatTopologyReader(sysfs, models);
        this.vfioDirectory = requireNonNull(vfioDirectory, "vfioDirectory is null");
        this.prefix = requireNonNull(prefix, "prefix is null");
        this.monitor = requireNonNull(monitor, "monitor is null");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
    }

    /// What to offer now. Never fails: what cannot be read is unhealthy, with the reason.
    ///
    /// @param previous what was offered before; [Inventory#EMPTY] at the start
    /// @return `previous` itself where nothing has changed since
    public Inventory scan(Inventory previous) {
        try {
            VfioNodes nodes = vfioNodes();
            health = monitor.look(topology.physicalFunctions());
            // Before the reading, so that what changes meanwhile shows the next time.
            Glance glance = Glance.at(sysfs, nodes, topology, health);
            Set<VfDetail> before = details;
            details = details(nodes);
            if (last.isPresent() && details.equals(before) && nanoTime.getAsLong() - readingEnds < 0) {
                if (groups.complete() && glance.equals(last.get())) {
                    return previous;
                }
                Optional<Set<PciAddress>> changed = glance.changedSince(last.get());
                if (changed.isPresent()) {
                    topology = changed.get().isEmpty() ? topology : reader.readAgain(topology, changed.get(), details);
                    last = Optional.of(glance);
                    return inventory(nodes, previous);
                }
            }
            QatTopology next = reader.read(details);
            // A glance at other cards says nothing about these.
            last = addresses(next).equals(addresses(topology)) ? Optional.of(glance) : Optional.empty();
            readingEnds = nanoTime.getAsLong() + READING_LASTS.toNanos();
            topology = next;
            groups = new IommuGroups(sysfs);
            health = monitor.look(next.physicalFunctions());
            return inventory(nodes, previous);
        } catch (SysfsException | UnexpectedValueException | IllegalArgumentException e) {
            last = Optional.empty();
            return InventoryRules.unreadable(previous, e.getMessage());
        }
    }

    private Inventory inventory(VfioNodes nodes, Inventory previous) {
        if (!topology.problems().isEmpty()) {
            readingEnds = Math.min(readingEnds, nanoTime.getAsLong() + READING_WITH_PROBLEMS_LASTS.toNanos());
        }
        return InventoryRules.next(topology, Surroundings.read(sysfs, topology, groups, nodes, health), prefix, previous);
    }

    /// Overrides and names of VFIO devices are for who binds; and where there is no device for a group that VFIO has made up, there is no such group to offer.
    private static Set<VfDetail> details(VfioNodes nodes) {
        return nodes.mayHaveGroupsWithoutIommu() ? EnumSet.of(VfDetail.NO_IOMMU) : EnumSet.noneOf(VfDetail.class);
    }

    private static List<PciAddress> addresses(QatTopology topology) {
        return topology.physicalFunctions().stream().map(PhysicalFunction::address).toList();
    }

    /// {@return the cards of the latest reading}
    public List<PhysicalFunction> cards() {
        return topology.physicalFunctions();
    }

    /// {@return the health of the cards that are up, by PF}
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
