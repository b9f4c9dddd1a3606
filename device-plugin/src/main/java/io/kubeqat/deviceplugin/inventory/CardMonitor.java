package io.kubeqat.deviceplugin.inventory;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.ErrorCounters;
import io.kubeqat.qat.Heartbeat;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatDebugfs;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.QatTopologyReader;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Measures the cards: heartbeat and hardware errors.
///
/// Each read of a heartbeat is a question to the firmware, and the second within its period is answered with "not alive" (Linux adf_heartbeat.c). So there must
/// be one reader on a node, and it asks each card once a second at most.
public final class CardMonitor {
    /// No setting goes below it.
    public static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);

    private final QatDebugfs debugfs;
    private final QatTopologyReader reader;
    private final Tolerance tolerance;
    private final Duration interval;
    private final boolean asksForHeartbeat;
    private final LongSupplier nanoTime;
    private final Map<PciAddress, Long> asked = new HashMap<>();
    private SortedMap<PciAddress, CardHealth> cards = Collections.emptySortedMap();

    private CardMonitor(Sysfs sysfs, Tolerance tolerance, Duration interval, boolean asksForHeartbeat, LongSupplier nanoTime) {
        if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
            throw new IllegalArgumentException("a card cannot be asked every " + interval.toMillis() + " ms; expected " + SHORTEST_INTERVAL.toMillis() + " or more");
        }
        this.debugfs = new QatDebugfs(sysfs);
        this.reader = new QatTopologyReader(sysfs, QatModels.known());
        this.tolerance = requireNonNull(tolerance, "tolerance is null");
        this.interval = interval;
        this.asksForHeartbeat = asksForHeartbeat;
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
    }

    /// For the one plugin of the node.
    ///
    /// @param sysfs the node's `/sys`
    /// @param tolerance how many readings in a row change what is held to be true
    /// @param interval how often to ask each card, at least [#SHORTEST_INTERVAL]
    /// @param nanoTime the clock, as [System#nanoTime]
    /// @return nothing measured yet
    public static CardMonitor asking(Sysfs sysfs, Tolerance tolerance, Duration interval, LongSupplier nanoTime) {
        return new CardMonitor(sysfs, tolerance, interval, true, nanoTime);
    }

    /// For a look beside a plugin that runs: leaves the heartbeat to that one.
    ///
    /// @param sysfs the node's `/sys`
    /// @return nothing measured yet
    public static CardMonitor silent(Sysfs sysfs) {
        return new CardMonitor(sysfs, new Tolerance(1, 1), SHORTEST_INTERVAL, false, System::nanoTime);
    }

    /// Asks the cards whose time has come. A card that is down is not asked, and begins anew when it comes up.
    SortedMap<PciAddress, CardHealth> look(List<PhysicalFunction> pfs) {
        SortedMap<PciAddress, CardHealth> next = new TreeMap<>();
        long now = nanoTime.getAsLong();
        for (PhysicalFunction pf : pfs) {
            if (pf.state().filter(DeviceState.DOWN::equals).isPresent()) {
                continue;
            }
            CardHealth before = cards.getOrDefault(pf.address(), CardHealth.UNREAD);
            next.put(pf.address(), isDue(pf.address(), now) ? ask(pf, before, now) : before);
        }
        cards = Collections.unmodifiableSortedMap(next);
        return cards;
    }

    private boolean isDue(PciAddress pf, long now) {
        Long last = asked.get(pf);
        return last == null || now - last >= interval.toNanos();
    }

    private CardHealth ask(PhysicalFunction pf, CardHealth before, long now) {
        Measured<Optional<Heartbeat>> heartbeat = measure(() -> asksForHeartbeat ? debugfs.heartbeat(pf) : Optional.empty());
        Measured<Optional<ErrorCounters>> errors = measure(() -> reader.errors(pf.address()));
        CardHealth after = new CardHealth(
                before.heartbeat().next(heartbeat.reading(value -> Reading.of(before.last(), value)), tolerance),
                before.errors().next(errors.reading(Reading::of), tolerance),
                heartbeat.value().flatMap(value -> value).or(before::last));
        // What is not there may be asked for again at once: nobody was disturbed.
        if (after.hasHeartbeat() || after.hasErrorCounters()) {
            asked.put(pf.address(), now);
        }
        return after;
    }

    private static <T> Measured<T> measure(Supplier<T> source) {
        try {
            return new Measured<>(Optional.of(source.get()), Reading.GOOD);
        } catch (SysfsException e) {
            // Closed to this process, by mode or by lockdown(7): for the plugin it is not there.
            boolean closed = e.errno() == Errno.EACCES || e.errno() == Errno.EPERM;
            return new Measured<>(Optional.empty(), closed ? Reading.ABSENT : new Reading.Bad("cannot be asked: " + e.getMessage()));
        } catch (UnexpectedValueException e) {
            return new Measured<>(Optional.empty(), new Reading.Bad("cannot be understood: " + e.getMessage()));
        }
    }

    /// @param value what was read
    /// @param otherwise what it means where nothing was
    private record Measured<T>(Optional<T> value, Reading otherwise) {
        Reading reading(Function<T, Reading> judge) {
            return value.map(judge).orElse(otherwise);
        }
    }
}
