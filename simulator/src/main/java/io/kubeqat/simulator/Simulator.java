package io.kubeqat.simulator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The core: a machine with QAT cards, as its kernel shows it below `/sys`.
///
/// Each call is one system call: it runs to its end under one lock, and what it changes is there when it returns. The exception is an unbind of an open
/// VFIO device, which waits, as the kernel does, and lets other calls pass meanwhile.
///
/// The methods with an address are what hardware, firmware and other programs do in a real machine; each throws [IllegalArgumentException] for an address
/// that is none of the scenario's.
public final class Simulator {
    private static final int INTEL = 0x8086;
    private static final int QAT_CLASS = 0x0b4000;
    private static final int BRIDGE_CLASS = 0x060400;
    private static final int BRIDGE_DEVICE = 0x352a;

    private final Tree tree = new Tree();
    private final Holders holders = new Holders(this);
    private final IommuGroups groups = new IommuGroups(tree);
    private final PciBus bus = new PciBus(tree);
    private final Map<String, QatDriver> qatDrivers = new LinkedHashMap<>();
    private final Map<PciAddress, SriovCapability> capabilities = new HashMap<>();
    private final Map<String, Fault> faults = new HashMap<>();
    private final VfioPciDriver vfioPci;
    private final Scenario scenario;
    private final InstantSource clock;
    private long changes;

    private record Fault(int writesLeft, Errno errno) {}

    /// @param clock what the heartbeat's rate limit goes by
    public Simulator(Scenario scenario, InstantSource clock) {
        this.scenario = requireNonNull(scenario, "scenario is null");
        this.clock = requireNonNull(clock, "clock is null");
        Set<PciAddress> noIommu = scenario.cards().stream()
                .filter(card -> card.iommu() == Scenario.Iommu.NOIOMMU)
                .map(Scenario.Card::bdf)
                .collect(Collectors.toSet());
        this.vfioPci = new VfioPciDriver(tree, groups, holders, scenario.kernel(), noIommu);
        // As on a real node: the directory is there and closed to all but root, whether or not a card fills it.
        tree.directory("kernel").add("debug", new Directory(0700));
        registerDrivers();
        scenario.cards().forEach(this::addCard);
        scenario.cards().forEach(this::startVfs);
        new Controls(this).addTo(tree.directory(Controls.ROOT));
    }

    /// The tree as [Sysfs], in this process.
    public Sysfs sysfs() {
        return new SimulatedSysfs(this);
    }

    /// The `nth` write to `path` from now on (1: the next one) fails with `errno` and changes nothing; links in `path` are followed.
    public synchronized void failWrite(String path, int nth, Errno errno) {
        faults.put(tree.find(path, true).path(), new Fault(nth, errno));
    }

    /// Whether the kernel itself uses the card, so that its state and its VFs cannot be changed (EBUSY).
    public synchronized void busy(String pf, boolean busy) {
        card(pf).busy(busy);
    }

    /// Whether the card's firmware answers heartbeats.
    public synchronized void alive(String pf, boolean alive) {
        card(pf).alive(alive);
    }

    /// Lets the card answer this many requests: what an offloaded handshake leaves in `fw_counters`.
    public synchronized void work(String pf, long requests) {
        card(pf).work(requests);
    }

    /// Lets the card's hardware report an error, which the driver counts until the card stops.
    public synchronized void error(String pf, HardwareError error) {
        card(pf).error(error);
    }

    /// A program opens the VFIO device of a VF, as a pod does; whoever unbinds the VF waits until the result is closed.
    public Hold open(String vf) {
        PciAddress bdf = PciAddress.parse(vf);
        holders.open(bdf);
        return () -> holders.close(bdf);
    }

    /// An open VFIO device.
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /// Closes every VFIO device that a program has open, so that nothing waits any more.
    public void closeAll() {
        holders.closeAll();
    }

    /// From now on the listener hears of group nodes, of those that exist at once.
    public synchronized void listen(VfioGroupListener listener) {
        vfioPci.listen(listener);
    }

    Scenario scenario() {
        return scenario;
    }

    /// Raised by every write, so that a cache can tell old content from new.
    synchronized long changes() {
        return changes;
    }

    synchronized Tree.Found find(String path, boolean followLast) {
        return tree.find(path, followLast);
    }

    /// Runs `view` on a node under the lock.
    synchronized <T> T look(String path, boolean followLast, Function<Tree.Found, T> view) {
        return view.apply(tree.find(path, followLast));
    }

    synchronized byte[] read(String path) {
        return switch (tree.find(path, true).node()) {
            case Attribute attribute -> attribute.read().getBytes(ISO_8859_1);
            case Directory _ -> throw new KernelError(Errno.EISDIR);
            case Link _ -> throw new IllegalStateException("a followed link is no link");
        };
    }

    synchronized void write(String path, byte[] value) {
        Tree.Found found = tree.find(path, true);
        switch (found.node()) {
            case Attribute attribute -> {
                failIfTold(found.path());
                changes++;
                attribute.write(new String(value, ISO_8859_1));
            }
            case Directory _ -> throw new KernelError(Errno.EISDIR);
            case Link _ -> throw new IllegalStateException("a followed link is no link");
        }
    }

    private void failIfTold(String path) {
        Fault fault = faults.get(path);
        if (fault == null) {
            return;
        }
        if (fault.writesLeft() > 1) {
            faults.put(path, new Fault(fault.writesLeft() - 1, fault.errno()));
            return;
        }
        faults.remove(path);
        throw new KernelError(fault.errno());
    }

    private void registerDrivers() {
        for (CardModel model : CardModel.values()) {
            if (qatDrivers.containsKey(model.driver())) {
                continue;
            }
            QatDriver driver = new QatDriver(model.driver(), this::newCard);
            qatDrivers.put(model.driver(), driver);
            bus.register(driver);
        }
        bus.register(new VfDriver("pcieport", INTEL, BRIDGE_DEVICE));
        for (CardModel model : CardModel.values()) {
            // Only Gen2 has VF drivers in the tree (drivers/crypto/intel/qat/Makefile). 401xx and 402xx share the driver of 4xxx.
            boolean exists = model.denylisted() || scenario.kernel().outOfTreeVfDrivers();
            if (exists && !model.name().equals("QAT_401XX") && !model.name().equals("QAT_402XX")) {
                bus.register(new VfDriver(model.vfDriver(), INTEL, model.vfId()));
            }
        }
        bus.register(vfioPci);
    }

    private void addCard(Scenario.Card card) {
        PciAddress outermost = card.bridges().isEmpty() ? card.bdf() : card.bridges().getFirst();
        String parent = "devices/pci%04x:%02x".formatted(outermost.domain(), outermost.bus());
        for (PciAddress bdf : card.bridges()) {
            if (bus.device(bdf).isEmpty()) {
                PciDevice bridge = new PciDevice(new PciDevice.Identity(bdf, parent, INTEL, BRIDGE_DEVICE, BRIDGE_CLASS, card.numa(), Optional.empty()));
                bus.add(bridge);
                bus.attachAny(bridge);
            }
            parent = parent + "/" + bdf;
        }
        PciDevice pf = new PciDevice(new PciDevice.Identity(card.bdf(), parent, INTEL, card.model().pfId(), QAT_CLASS, card.numa(), Optional.empty()));
        bus.add(pf);
        if (card.iommu() == Scenario.Iommu.YES) {
            groups.join(groups.create(Optional.empty()), pf);
        }
        QatDriver driver = qatDrivers.get(card.model().driver());
        capabilities.put(card.bdf(), new SriovCapability(tree, bus, groups, pf, card, () -> driver.card(card.bdf())));
        bus.attachAny(pf);
    }

    private QatCard newCard(PciDevice pf) {
        int number = 0;
        while (!scenario.cards().get(number).bdf().equals(pf.bdf())) {
            number++;
        }
        Scenario.Card card = scenario.cards().get(number);
        String services = card.services().orElse(Services.ofBoot(number));
        return new QatCard(tree, pf, card, scenario.kernel(), services, clock, capabilities.get(pf.bdf()));
    }

    private void startVfs(Scenario.Card card) {
        if (card.vfs() == Scenario.VfsAtStart.NONE) {
            return;
        }
        card(card.bdf().toString()).enableVfs();
        if (card.vfs() == Scenario.VfsAtStart.BOUND) {
            for (PciDevice vf : capabilities.get(card.bdf()).vfs()) {
                bus.detach(vf);
                vf.driverOverride(Optional.of(vfioPci.name()));
                bus.attach(vfioPci, vf);
            }
        }
    }

    private QatCard card(String pf) {
        PciAddress bdf = PciAddress.parse(pf);
        return qatDrivers.values().stream()
                .flatMap(driver -> driver.card(bdf).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no QAT driver holds a card " + pf + "; the scenario has "
                                + scenario.cards().stream().map(card -> card.bdf().toString()).collect(Collectors.joining(", "))));
    }
}
