package io.kubeqat.deviceplugin.kubelet;

import static java.util.Objects.requireNonNull;

import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.allocation.Allocator;
import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/// Offers an inventory to the kubelet: a plugin for each resource name, for as long as this is open.
///
/// Belongs to the thread that runs what is handed to `loop`.
public final class KubeletPlugins implements AutoCloseable {
    private static final Logger LOG = System.getLogger(KubeletPlugins.class.getName());

    private static final Duration LOCK_RETRY = Duration.ofSeconds(1);

    private final KubeletDirectory sockets;
    private final KubeletDirectory home;
    private final boolean inRegistry;
    private final Allocator allocator;
    private final AllocationPolicy policy;
    private final Executor loop;
    private final InstanceLock lock;
    private final Transport transport = new Transport();
    private final SortedMap<ResourceName, ResourcePlugin> plugins = new TreeMap<>();
    private boolean waits;
    private Optional<String> lockTrouble = Optional.empty();

    /// Offers nothing yet and touches no file.
    ///
    /// @param directory where the kubelet's socket is and ours will be
    /// @param registry the directory in which the kubelet finds our sockets by itself, where they shall be there instead
    /// @param allocator says what a container gets
    /// @param policy which cards to prefer
    /// @param loop runs what it is given, one after the other, on the thread that calls the methods of this object
    public KubeletPlugins(Path directory, Optional<Path> registry, Allocator allocator, AllocationPolicy policy, Executor loop) {
        this.sockets = new KubeletDirectory(registry.orElse(directory));
        this.inRegistry = registry.isPresent();
        // The same for both, so that two plugins exclude each other whichever way each of them goes.
        this.home = new KubeletDirectory(directory);
        this.lock = new InstanceLock(home.lockFile());
        this.allocator = requireNonNull(allocator, "allocator is null");
        this.policy = requireNonNull(policy, "policy is null");
        this.loop = requireNonNull(loop, "loop is null");
    }

    /// Removes what a killed plugin has left.
    public void open() {
        sweep(sockets);
        if (inRegistry) {
            // Where the plugin rehearses, and serves without a registry.
            sweep(home);
        }
    }

    private static void sweep(KubeletDirectory directory) {
        try {
            directory.sweep();
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "old sockets stay directory=" + directory.path() + " reason=\"" + e.getMessage() + "\"");
        }
    }

    /// Offers this from now on. A name never goes away: its devices do, one by one, by becoming unhealthy.
    ///
    /// @param inventory all there is to offer
    public void publish(Inventory inventory) {
        inventory.resources().forEach((resource, devices) -> plugins
                .computeIfAbsent(resource, _ -> new ResourcePlugin(resource, devices, sockets, inRegistry, transport, allocator, policy, loop))
                .publish(devices));
    }

    /// Sees to it that every name is registered; to be called whenever `loop` has run something, and at least every second.
    public void reconcile() {
        if (!mayServe()) {
            return;
        }
        plugins.values().forEach(ResourcePlugin::reconcile);
    }

    /// Two plugins with the same names would take each other's registrations away, and kubelets before 1.37 lose the devices of both on the way (Kubernetes issue 127803).
    private boolean mayServe() {
        boolean held;
        try {
            held = lock.hold();
            lockTrouble = Optional.empty();
        } catch (IOException e) {
            held = true;
            // Without a registry, a directory that cannot be written to is reported by who wants to serve there.
            if (inRegistry) {
                warnOfNoLock(e.toString());
            }
        }
        if (!held && !waits) {
            LOG.log(Level.WARNING, () -> "another device plugin serves this node, waiting until it ends lock=" + lock.file());
        }
        waits = !held;
        return held;
    }

    /// No reason to keep the node's QAT from it: that there are two plugins is a mistake, that there is one is not.
    private void warnOfNoLock(String trouble) {
        if (!lockTrouble.equals(Optional.of(trouble))) {
            lockTrouble = Optional.of(trouble);
            LOG.log(Level.WARNING, () -> "no lock, so a second device plugin on this node goes unnoticed and both offer the same devices directory=" + home.path()
                    + " reason=\"" + trouble + "\"; make the directory writable for the plugin, or see that there is one plugin only");
        }
    }

    /// {@return how long there is nothing to do unless something happens} Whether another plugin has ended is asked every second.
    public Duration idle() {
        return waits ? LOCK_RETRY : plugins.values().stream().map(ResourcePlugin::idle).min(Duration::compareTo).orElse(Duration.ofDays(1));
    }

    /// {@return what has become of each name so far}
    public SortedMap<ResourceName, ResourceFigures> figures() {
        SortedMap<ResourceName, ResourceFigures> figures = new TreeMap<>();
        plugins.forEach((resource, plugin) -> figures.put(resource, plugin.figures()));
        return figures;
    }

    /// Closes all there is, also where something of it cannot be.
    ///
    /// @throws RuntimeException the first that was in the way, with the others as suppressed ones
    @Override
    public void close() {
        List<Runnable> closings = new ArrayList<>();
        plugins.values().forEach(plugin -> closings.add(plugin::close));
        closings.add(transport::close);
        closings.add(this::giveLockBack);
        List<RuntimeException> failures = new ArrayList<>();
        for (Runnable closing : closings) {
            try {
                closing.run();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            RuntimeException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    private void giveLockBack() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give back " + lock.file(), e);
        }
    }
}
