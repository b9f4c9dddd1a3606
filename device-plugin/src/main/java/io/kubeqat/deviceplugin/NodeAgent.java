package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.allocation.Allocator;
import io.kubeqat.deviceplugin.cdi.CdiFile;
import io.kubeqat.deviceplugin.inventory.DeviceScanner;
import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.inventory.InventoryChange;
import io.kubeqat.deviceplugin.kubelet.KubeletPlugins;
import io.kubeqat.deviceplugin.status.AgentStatus;
import io.kubeqat.deviceplugin.status.StatusPages;
import io.kubeqat.deviceplugin.status.StatusServer;
import io.kubeqat.qat.QatDebugfs;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Looks at the devices at every interval, offers what it finds, and sees to it that the kubelet knows: one thread, one loop.
final class NodeAgent {
    private static final Logger LOG = System.getLogger(NodeAgent.class.getName());

    /// What changes in bursts, as when 1,024 VFs are bound one after the other, costs at most two thirds of a core: a scan reads on two threads, and after each twice its
    /// time is left to others.
    private static final int REST = 2;
    private static final Duration STATUS_RETRY = Duration.ofSeconds(5);
    /// Longer than a scan of a big node takes, shorter than the kubelet waits for a probe by our manifest.
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private final DeviceScanner scanner;
    private final DevicePluginConfig config;
    private final StatusPages pages;
    private final OldGarbage garbage = OldGarbage.ofThisProcess();
    private final Loop loop = new Loop();
    private boolean stopped;
    private long nextScan = System.nanoTime();
    private long earliestScan = nextScan;
    private Optional<StatusServer> server = Optional.empty();
    private long nextServer = System.nanoTime();
    private Optional<String> serverTrouble = Optional.empty();
    private Optional<KubeletPlugins> offering = Optional.empty();
    private final Optional<CdiFile> cdi;
    private Optional<String> cdiTrouble = Optional.empty();
    private boolean looked;
    private Inventory seen = Inventory.EMPTY;
    private Inventory offered = Inventory.EMPTY;

    /// @param debugfs where the pages find the cards' counters
    NodeAgent(DeviceScanner scanner, QatDebugfs debugfs, DevicePluginConfig config) {
        this.scanner = scanner;
        this.config = config;
        this.cdi = config.cdiDirectory().map(directory -> new CdiFile(directory, config.resourcePrefix(), config.vfioDirectory()));
        this.pages = new StatusPages(this::status, debugfs);
    }

    /// Returns after [#stop] or an interrupt; leaves no socket behind in either case.
    void run() {
        try (KubeletPlugins plugins = new KubeletPlugins(
                        config.kubeletDirectory(), config.pluginsRegistry(), new Allocator(config.vfioDirectory(), config.cdiDirectory().map(_ -> CdiFile.kind(config.resourcePrefix()))), config.allocationPolicy(), loop);
                DirectoryWatch watch = new DirectoryWatch(List.of(config.pluginsRegistry().orElse(config.kubeletDirectory()), config.vfioDirectory()), () -> loop.execute(this::lookSoon))) {
            offering = Optional.of(plugins);
            plugins.open();
            while (!stopped) {
                // Before the first registration: a kubelet that starts between the two would be missed.
                watch.ensure();
                if (nextScan - System.nanoTime() <= 0) {
                    if (looked) {
                        // Not before the first registration: the start has no time for it.
                        garbage.collect();
                    }
                    long begun = System.nanoTime();
                    scan(plugins);
                    long ended = System.nanoTime();
                    nextScan = ended + config.scanInterval().toNanos();
                    earliestScan = Math.min(nextScan, ended + REST * (ended - begun));
                }
                plugins.reconcile();
                serveStatus();
                Duration untilScan = Duration.ofNanos(Math.max(0, nextScan - System.nanoTime()));
                loop.await(Stream.of(untilScan, plugins.idle(), STATUS_RETRY).min(Duration::compareTo).orElseThrow());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            offering = Optional.empty();
            server.ifPresent(StatusServer::close);
        }
    }

    /// A VF that is bound or unbound shows as a VFIO device that comes or goes.
    private void lookSoon() {
        nextScan = Math.min(nextScan, Math.max(System.nanoTime(), earliestScan));
    }

    /// From any thread.
    void stop() {
        loop.execute(() -> stopped = true);
    }

    /// From any thread: the port of the status pages; absent while they are off, or the port cannot be had.
    Optional<Integer> statusPort() {
        return loop.ask(() -> server.map(StatusServer::port), LONGEST_WAIT).flatMap(port -> port);
    }

    private Optional<AgentStatus> status() {
        return loop.ask(
                () -> new AgentStatus(
                        offered, scanner.cards(), scanner.health(), offering.map(KubeletPlugins::figures).orElseGet(Collections::emptySortedMap)),
                LONGEST_WAIT);
    }

    /// A port that somebody else has must not cost the node its QAT, so it is tried again and again.
    private void serveStatus() {
        server.ifPresent(StatusServer::hangUp);
        if (server.isPresent() || config.status().isEmpty() || nextServer - System.nanoTime() > 0) {
            return;
        }
        nextServer = System.nanoTime() + STATUS_RETRY.toNanos();
        InetSocketAddress address = config.status().get();
        try {
            server = Optional.of(StatusServer.start(address, pages));
            serverTrouble = Optional.empty();
            LOG.log(Level.INFO, () -> "status pages address=" + address.getAddress().getHostAddress() + " port=" + server.get().port());
        } catch (IOException e) {
            String trouble = String.valueOf(e.getMessage());
            if (!serverTrouble.equals(Optional.of(trouble))) {
                serverTrouble = Optional.of(trouble);
                LOG.log(Level.WARNING, () -> "no status pages, trying again until it works address=" + address.getAddress().getHostAddress()
                        + " port=" + address.getPort() + " reason=\"" + trouble + "\"; choose another with " + Setting.HTTP_PORT.flag());
            }
        }
    }

    private void scan(KubeletPlugins plugins) {
        Inventory found = scanner.scan(seen);
        if (!looked && found.resources().isEmpty()) {
            LOG.log(Level.INFO, "no QAT virtual functions on this node yet; they are offered as soon as there are any");
        }
        looked = true;
        // One like the other would be kept beside it.
        seen = found.equals(offered) ? offered : found;
        Inventory next = describe(seen);
        if (next.equals(offered)) {
            return;
        }
        InventoryChange.between(offered, next).forEach(NodeAgent::log);
        plugins.publish(next);
        offered = next;
    }

    /// The kubelet hears of a device once the container runtime can know what it is.
    private Inventory describe(Inventory next) {
        if (cdi.isEmpty()) {
            return next;
        }
        try {
            cdi.get().write(next);
            cdiTrouble = Optional.empty();
            return next;
        } catch (IOException e) {
            String trouble = e.toString();
            if (!cdiTrouble.equals(Optional.of(trouble))) {
                cdiTrouble = Optional.of(trouble);
                LOG.log(Level.ERROR, () -> "no CDI file, so nothing new is offered, trying again until it works directory=" + config.cdiDirectory().orElseThrow()
                        + " reason=\"" + trouble + "\"");
            }
            return cdi.get().withholdUndescribed(next);
        }
    }

    private static void log(InventoryChange change) {
        LOG.log(change.isTrouble() ? Level.WARNING : Level.INFO, change::text);
    }
}
