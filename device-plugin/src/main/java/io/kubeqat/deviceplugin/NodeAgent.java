package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.allocation.Allocator;
import io.kubeqat.deviceplugin.inventory.DeviceScanner;
import io.kubeqat.deviceplugin.inventory.Health;
import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.inventory.InventoryChange;
import io.kubeqat.deviceplugin.kubelet.KubeletPlugins;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// Looks at the devices at every interval, offers what it finds, and sees to it that the kubelet knows: one thread, one loop.
final class NodeAgent {
    private static final Logger LOG = System.getLogger(NodeAgent.class.getName());

    private final DeviceScanner scanner;
    private final DevicePluginConfig config;
    private final Loop loop = new Loop();
    private boolean stopped;
    private Inventory inventory = Inventory.EMPTY;

    NodeAgent(DeviceScanner scanner, DevicePluginConfig config) {
        this.scanner = scanner;
        this.config = config;
    }

    /// Returns after [#stop] or an interrupt; leaves no socket behind in either case.
    void run() {
        try (KubeletPlugins plugins = new KubeletPlugins(
                config.kubeletDirectory(), new Allocator(config.vfioDirectory()), config.allocationPolicy(), loop)) {
            plugins.open();
            long nextScan = System.nanoTime();
            while (!stopped) {
                if (nextScan - System.nanoTime() <= 0) {
                    scan(plugins);
                    nextScan = System.nanoTime() + config.scanInterval().toNanos();
                }
                plugins.reconcile();
                Duration untilScan = Duration.ofNanos(Math.max(0, nextScan - System.nanoTime()));
                loop.await(untilScan.compareTo(plugins.idle()) < 0 ? untilScan : plugins.idle());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// From any thread.
    void stop() {
        loop.execute(() -> stopped = true);
    }

    private void scan(KubeletPlugins plugins) {
        boolean first = inventory == Inventory.EMPTY;
        Inventory next = scanner.scan(inventory);
        if (first && next.resources().isEmpty()) {
            LOG.log(Level.INFO, "no QAT virtual functions on this node yet; they are offered as soon as there are any");
        }
        if (!next.equals(inventory)) {
            InventoryChange.between(inventory, next).forEach(NodeAgent::log);
            plugins.publish(next);
        }
        inventory = next;
    }

    private static void log(InventoryChange change) {
        switch (change) {
            case InventoryChange.Counted(var resource, int devices, int healthy) ->
                    LOG.log(Level.INFO, () -> "inventory resource=" + resource + " devices=" + devices + " healthy=" + healthy);
            case InventoryChange.HealthChanged(var resource, var device) -> {
                switch (device.health()) {
                    case Health.Healthy _ -> LOG.log(Level.INFO, () -> "healthy device=" + device.id() + " resource=" + resource);
                    case Health.Unhealthy(String reason) ->
                            LOG.log(Level.WARNING, () -> "unhealthy device=" + device.id() + " resource=" + resource + " reason=\"" + reason + "\"");
                }
            }
            case InventoryChange.Unreadable(var address, String why) ->
                    LOG.log(Level.WARNING, () -> "not offered device=" + address + " reason=\"" + why + "\"");
        }
    }
}
