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
    private final boolean inRegistry;
    private final Allocator allocator;
    private final AllocationPolicy policy;
    private final Executor loop;
    private final InstanceLock lock;
    private final Transport transport = new Transport();
    private final SortedMap<ResourceName, ResourcePlugin> plugins = new TreeMap<>();
    private boolean waits;

    /// @param directory where the kubelet's socket is and ours will be
    /// @param registry the directory in which the kubelet finds our sockets by itself, where they shall be there instead
    /// @param loop runs what it is given, one after the other, on the thread that calls the methods of this object
    public KubeletPlugins(Path directory, Optional<Path> registry, Allocator allocator, AllocationPolicy policy, Executor loop) {
        this.sockets = new KubeletDirectory(registry.orElse(directory));
        this.inRegistry = registry.isPresent();
        // The same for both, so that two plugins exclude each other whichever way each of them goes.
        this.lock = new InstanceLock(new KubeletDirectory(directory).lockFile());
        this.allocator = requireNonNull(allocator, "allocator is null");
        this.policy = requireNonNull(policy, "policy is null");
        this.loop = requireNonNull(loop, "loop is null");
    }

    /// Removes what a killed plugin has left.
    public void open() {
        try {
            sockets.sweep();
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "old sockets stay directory=" + sockets.path() + " reason=\"" + e.getMessage() + "\"");
        }
    }

    /// Offers this from now on. A name never goes away: its devices do, one by one, by becoming unhealthy.
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
        } catch (IOException _) {
            // A directory that cannot be written to is reported by who wants to serve there.
            held = true;
        }
        if (!held && !waits) {
            LOG.log(Level.WARNING, () -> "another device plugin serves this node, waiting until it ends lock=" + lock.file());
        }
        waits = !held;
        return held;
    }

    /// How long there is nothing to do unless something happens; whether another plugin has ended is asked every second.
    public Duration idle() {
        return waits ? LOCK_RETRY : plugins.values().stream().map(ResourcePlugin::idle).min(Duration::compareTo).orElse(Duration.ofDays(1));
    }

    /// What has become of each name so far.
    public SortedMap<ResourceName, ResourceFigures> figures() {
        SortedMap<ResourceName, ResourceFigures> figures = new TreeMap<>();
        plugins.forEach((resource, plugin) -> figures.put(resource, plugin.figures()));
        return figures;
    }

    @Override
    public void close() {
        plugins.values().forEach(ResourcePlugin::close);
        transport.close();
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give back " + lock.file(), e);
        }
    }
}
