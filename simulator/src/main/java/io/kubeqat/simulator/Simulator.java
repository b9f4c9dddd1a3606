package io.kubeqat.simulator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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
    private static final int REMEMBERED_WRITES = 10_000;

    private final Tree tree = new Tree();
    private final Holders holders = new Holders(this);
    private final IommuGroups groups = new IommuGroups(tree);
    private final PciBus bus = new PciBus(tree);
    private final Map<String, QatDriver> qatDrivers = new LinkedHashMap<>();
    private final Map<PciAddress, SriovCapability> capabilities = new HashMap<>();
    private final Requests requests = new Requests();
    private final Map<String, Spoilt> faults = new HashMap<>();
    private final Deque<String> writes = new ArrayDeque<>();
    private final VfioPciDriver vfioPci;
    private final Scenario scenario;
    private final InstantSource clock;
    private long changes;
    private boolean closed;

    /// @param writesLeft 1: the next write
    private record Spoilt(int writesLeft, Fault fault) {}

    /// A machine as the scenario has it, just booted.
    ///
    /// @param scenario the cards and the kernel
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

    /// {@return the tree as [Sysfs], in this process}
    public Sysfs sysfs() {
        return new SimulatedSysfs(this);
    }

    /// The `nth` write to `path` from now on (1: the next one) fails with `errno` and changes nothing; links in `path` are followed.
    ///
    /// @param path as [io.kubeqat.sysfs.Sysfs] takes it
    /// @param nth from 1
    /// @param errno what the writer gets
    public synchronized void failWrite(String path, int nth, Errno errno) {
        spoil(path, nth, new Fault.Fails(errno));
    }

    /// The `nth` write to `path` from now on takes so long, in real time, before it does its work.
    ///
    /// @param path as [io.kubeqat.sysfs.Sysfs] takes it
    /// @param nth from 1
    /// @param time how long; milliseconds count
    public synchronized void slowWrite(String path, int nth, Duration time) {
        spoil(path, nth, new Fault.Takes(time.toMillis()));
    }

    /// The `nth` write to `path` from now on stays in the kernel until it is let go.
    ///
    /// @param path without a link, as in [#writes]; the file may be one that is yet to come
    /// @param nth from 1
    /// @return the write, which somebody has to let go or drop
    public synchronized HeldWrite holdWrite(String path, int nth) {
        HeldWrite write = new HeldWrite(this);
        faults.put(path, new Spoilt(nth, new Fault.Waits(write)));
        return write;
    }

    /// At the `nth` write to `path` from now on the card is gone: the write answers ENODEV.
    ///
    /// @param path as [io.kubeqat.sysfs.Sysfs] takes it
    /// @param nth from 1
    /// @param pf the address of one of the scenario's cards, `0000:6b:00.0`
    public synchronized void vanishAtWrite(String path, int nth, String pf) {
        capability(pf);
        spoil(path, nth, new Fault.Vanishes(pf));
    }

    /// The card leaves the bus with all its VFs, as after a surprise removal; it does not come back.
    ///
    /// @param pf the address of one of the scenario's cards, `0000:6b:00.0`
    public synchronized void vanish(String pf) {
        capability(pf).vanish();
        changes++;
    }

    private void spoil(String path, int nth, Fault fault) {
        faults.put(tree.find(path, true).path(), new Spoilt(nth, fault));
    }

    /// {@return the last ten thousand writes, oldest first, each as `VALUE > PATH` with no link in the path; those to the simulator's own files left out}
    public synchronized List<String> writes() {
        return List.copyOf(writes);
    }

    /// Whether the kernel itself uses the card, so that its state and its VFs cannot be changed (EBUSY).
    ///
    /// @param pf the address of one of the scenario's cards, `0000:6b:00.0`
    /// @param busy whether it does from now on
    public synchronized void busy(String pf, boolean busy) {
        card(pf).busy(busy);
    }

    /// Whether the card's firmware answers heartbeats.
    ///
    /// @param pf the address of one of the scenario's cards, `0000:6b:00.0`
    /// @param alive whether it does from now on
    public synchronized void alive(String pf, boolean alive) {
        card(pf).alive(alive);
    }

    /// Lets the card answer this many requests: what an offloaded handshake leaves in `fw_counters`.
    ///
    /// @param pf the address of one of the scenario's cards, `0000:6b:00.0`
    /// @param requests how many more
    public synchronized void work(String pf, long requests) {
        card(pf).work(requests);
    }

    /// Lets the card's hardware report an error, which the driver counts until the card stops.
    ///
    /// @param pf the address of one of the scenario's cards, `0000:6b:00.0`
    /// @param error its kind
    public synchronized void error(String pf, HardwareError error) {
        card(pf).error(error);
    }

    /// A program opens the VFIO device of a VF, as a pod does; whoever unbinds the VF waits until the result is closed.
    ///
    /// @param vf the VF's address
    /// @return the open device
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

    /// Closes every VFIO device that a program has open and hurries every slow write, so that nothing waits any more.
    public void closeAll() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        holders.closeAll();
    }

    /// From now on the listener hears of group nodes, of those that exist at once.
    ///
    /// @param listener is called inside the write call
    public synchronized void listen(VfioGroupListener listener) {
        vfioPci.listen(listener);
    }

    /// What a mounted face was asked.
    Requests requests() {
        return requests;
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
                String text = new String(value, ISO_8859_1);
                remember(text.strip() + " > " + found.path());
                spoilt(found.path()).ifPresent(this::happen);
                changes++;
                attribute.write(text);
            }
            case Directory _ -> throw new KernelError(Errno.EISDIR);
            case Link _ -> throw new IllegalStateException("a followed link is no link");
        }
    }

    private void remember(String write) {
        if (write.contains(" > " + Controls.ROOT)) {
            return;
        }
        writes.addLast(write);
        if (writes.size() > REMEMBERED_WRITES) {
            writes.removeFirst();
        }
    }

    private Optional<Fault> spoilt(String path) {
        Spoilt spoilt = faults.get(path);
        if (spoilt == null) {
            return Optional.empty();
        }
        if (spoilt.writesLeft() > 1) {
            faults.put(path, new Spoilt(spoilt.writesLeft() - 1, spoilt.fault()));
            return Optional.empty();
        }
        faults.remove(path);
        return Optional.of(spoilt.fault());
    }

    private void happen(Fault fault) {
        switch (fault) {
            case Fault.Fails(Errno errno) -> throw new KernelError(errno);
            case Fault.Takes(long millis) -> pass(millis);
            case Fault.Waits(HeldWrite write) -> {
                if (!write.stay()) {
                    throw new KernelError(Errno.EIO);
                }
            }
            case Fault.Vanishes(String pf) -> {
                vanish(pf);
                throw new KernelError(Errno.ENODEV);
            }
        }
    }

    /// Lets time pass as a system call does that nothing can interrupt, and that gives up the lock meanwhile.
    private synchronized void pass(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        boolean interrupted = false;
        for (long left = end - System.nanoTime(); left > 0 && !closed; left = end - System.nanoTime()) {
            try {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
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
        tree.add("module/vfio_pci/parameters/disable_denylist", Attribute.constant(yes(scenario.kernel().disableDenylist())));
        boolean noIommuMode = scenario.cards().stream().anyMatch(card -> card.iommu() == Scenario.Iommu.NOIOMMU);
        tree.add("module/vfio/parameters/enable_unsafe_noiommu_mode", Attribute.constant(yes(noIommuMode)));
    }

    /// As the kernel prints a module's parameter of type bool (`kernel/params.c`, `param_get_bool`).
    private static String yes(boolean yes) {
        return yes ? "Y\n" : "N\n";
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

    private SriovCapability capability(String pf) {
        return Optional.ofNullable(capabilities.get(PciAddress.parse(pf))).orElseThrow(() -> new IllegalArgumentException("the scenario has no card " + pf));
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
