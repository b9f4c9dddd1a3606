package io.kubeqat.qat;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.pci.PciId;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Halves;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads the whole node. Never writes, and never lets one device's trouble hide the others.
public final class QatTopologyReader {
    private static final String VIRTFN_PREFIX = "virtfn";
    private static final Pattern VIRTFN = Pattern.compile(VIRTFN_PREFIX + "[0-9]{1,5}");
    private static final Set<VfDetail> EVERYTHING = EnumSet.allOf(VfDetail.class);

    private final Sysfs sysfs;
    private final QatModels models;

    /// Reads nothing yet.
    ///
    /// @param sysfs the tree to read
    /// @param models the cards to look for; other devices are passed over
    public QatTopologyReader(Sysfs sysfs, QatModels models) {
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
        this.models = requireNonNull(models, "models is null");
    }

    /// Reads every card and VF.
    ///
    /// @return what could be read, with what could not
    /// @throws SysfsException when the list of PCI devices itself cannot be read: then nothing is known about any of them
    public QatTopology read() {
        return read(EVERYTHING);
    }

    /// Reads every card and VF, but not everything about the VFs.
    ///
    /// @param details what to read of the VFs besides what they are; the rest is absent
    /// @return what could be read, with what could not
    /// @throws SysfsException as [#read()]
    public QatTopology read(Set<VfDetail> details) {
        return new Reading(details).read();
    }

    /// Reads a few VFs again and nothing else: for whoever knows that only they have changed. Where one of them could not be read before, nothing is known of it to start from, so
    /// everything is read.
    ///
    /// @param known an earlier reading
    /// @param changed the VFs to read
    /// @param details as for [#read(Set)]
    /// @return the earlier reading with these VFs as they are now; those that have gone are left out, with a problem where their card still names them
    public QatTopology readAgain(QatTopology known, Set<PciAddress> changed, Set<VfDetail> details) {
        if (known.problems().stream().anyMatch(problem -> changed.contains(problem.address()))) {
            return read(details);
        }
        List<DeviceProblem> problems = new ArrayList<>(known.problems());
        List<PhysicalFunction> pfs = known.physicalFunctions().stream().map(pf -> pf.with(again(pf.vfs(), changed, details, problems))).toList();
        List<VirtualFunction> guests = again(known.guestFunctions(), changed, details, problems);
        problems.sort((one, other) -> one.address().compareTo(other.address()));
        return new QatTopology(pfs, guests, problems);
    }

    private List<VirtualFunction> again(List<VirtualFunction> known, Set<PciAddress> changed, Set<VfDetail> details, List<DeviceProblem> problems) {
        return known.stream()
                .flatMap(vf -> changed.contains(vf.address())
                        ? attempt(vf.address(), nameOf(vf), problems, () -> vf(vf.address(), vf.model(), vf.parent(), vf.index(), details)).stream()
                        : Stream.of(vf))
                .toList();
    }

    /// Reads one card again, VFs included.
    ///
    /// @param pf its address
    /// @param model the kind of card that it is
    /// @param vfProblems takes the VFs that could not be read
    /// @return the card as it is now
    /// @throws SysfsException when a file of the card itself cannot be read, because it has gone for instance
    /// @throws UnexpectedValueException when such a file holds what the kernel's ABI does not promise
    public PhysicalFunction read(PciAddress pf, QatModel model, List<DeviceProblem> vfProblems) {
        return read(pf, model, new DeviceFiles(sysfs, pf).driver(), addresses(pf), EVERYTHING, vfProblems);
    }

    /// Reads of one card what a writer changes: state, services, number of VFs, and which of the VFs a driver holds. The rest of the card is what it was before;
    /// of the VFs, groups, VFIO devices, NUMA nodes and overrides are left out, because a node has many VFs and a writer looks often.
    ///
    /// @param before the card when it was read last
    /// @param driver the driver that shall hold the VFs
    /// @param vfProblems takes the VFs that could not be read
    /// @return the card as it is now, without what is left out
    /// @throws SysfsException when a file of the card itself cannot be read
    /// @throws UnexpectedValueException when such a file holds what the kernel's ABI does not promise
    public PhysicalFunction glance(PhysicalFunction before, String driver, List<DeviceProblem> vfProblems) {
        DeviceFiles files = new DeviceFiles(sysfs, before.address());
        Optional<DeviceState> state = files.value("qat/state", DeviceState::parse);
        int numVfs = files.count("sriov_numvfs");
        Set<String> held = held(driver);
        // The addresses follow from the number of VFs (PCIe SR-IOV: First VF Offset and VF Stride may change with NumVFs, and with nothing else).
        SortedMap<Integer, PciAddress> addresses =
                numVfs == before.numVfs() && numVfs == before.vfs().size() ? addresses(before.vfs()) : addresses(before.address());
        Predicate<PciAddress> isHeld = address -> held.contains(address.toString());
        Function<PciAddress, Optional<String>> others =
                addresses.values().stream().allMatch(isHeld) ? _ -> Optional.empty() : driversOfVfs(files, before.model());
        return new PhysicalFunction(
                before.address(),
                before.model(),
                // The directory qat/ is the driver's own.
                state.isPresent() ? before.driver() : files.driver(),
                state,
                files.value("qat/cfg_services", ServiceSet::parse),
                before.totalVfs(),
                numVfs,
                before.numaNode(),
                vfs(before.address(), addresses, vfProblems, (address, index) -> new VirtualFunction(
                        address,
                        before.model(),
                        Optional.of(before.address()),
                        OptionalInt.of(index),
                        isHeld.test(address) ? Optional.of(driver) : others.apply(address),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty())));
    }

    /// How to find out which driver holds a VF of the card. The kernel gives all of them the id that the PF names (`drivers/pci/iov.c`, `pci_iov_add_virtfn`;
    /// in a file since Linux 4.15); where it names another one than is known, or none, each is asked what it is.
    private Function<PciAddress, Optional<String>> driversOfVfs(DeviceFiles pf, QatModel model) {
        if (pf.value("sriov_vf_device", id -> Integer.valueOf(id, 16)).equals(Optional.of(model.vfId().device()))) {
            return address -> new DeviceFiles(sysfs, address).driver();
        }
        return address -> {
            DeviceFiles.Identity identity = new DeviceFiles(sysfs, address).identity();
            check(address, model, identity.id());
            return identity.driver();
        };
    }

    private PhysicalFunction read(
            PciAddress pf, QatModel model, Optional<String> driver, SortedMap<Integer, PciAddress> addresses, Set<VfDetail> details, List<DeviceProblem> vfProblems) {
        return card(pf, model, driver, vfs(pf, addresses, vfProblems, (address, index) -> vf(address, model, Optional.of(pf), OptionalInt.of(index), details)));
    }

    private PhysicalFunction card(PciAddress pf, QatModel model, Optional<String> driver, List<VirtualFunction> vfs) {
        DeviceFiles files = new DeviceFiles(sysfs, pf);
        return new PhysicalFunction(
                pf,
                model,
                driver,
                files.value("qat/state", DeviceState::parse),
                files.value("qat/cfg_services", ServiceSet::parse),
                files.count("sriov_totalvfs"),
                files.count("sriov_numvfs"),
                files.numaNode(),
                vfs);
    }

    /// What is in the driver's directory: the addresses of what it holds, and its own files; nothing where it is not loaded.
    private Set<String> held(String driver) {
        try {
            return Set.copyOf(sysfs.list(QatPaths.driver(driver)));
        } catch (SysfsException e) {
            if (e.errno() == Errno.ENOENT) {
                return Set.of();
            }
            throw e;
        }
    }

    private void check(PciAddress address, QatModel model, PciId id) {
        if (!id.equals(model.vfId())) {
            throw new UnexpectedValueException(
                    sysfs.describe(QatPaths.device(address)) + "/{vendor,device}", id.toString(), "expected " + model.vfId() + ", a VF of " + model.name());
        }
    }

    /// What the card's hardware reported (Linux `Documentation/ABI/testing/sysfs-driver-qat_ras`).
    ///
    /// @param pf the card's address
    /// @return the counters; absent while the card is down, on gen2, and on kernels before 6.7
    /// @throws SysfsException when a counter is there and cannot be read
    public Optional<ErrorCounters> errors(PciAddress pf) {
        DeviceFiles files = new DeviceFiles(sysfs, pf);
        return files.value("qat_ras/errors_correctable", Long::parseUnsignedLong).map(correctable -> new ErrorCounters(
                correctable,
                files.value("qat_ras/errors_nonfatal", Long::parseUnsignedLong).orElse(0L),
                files.value("qat_ras/errors_fatal", Long::parseUnsignedLong).orElse(0L)));
    }

    private static SortedMap<Integer, PciAddress> addresses(List<VirtualFunction> vfs) {
        SortedMap<Integer, PciAddress> addresses = new TreeMap<>();
        vfs.forEach(vf -> addresses.put(vf.index().orElseThrow(), vf.address()));
        return addresses;
    }

    private SortedMap<Integer, PciAddress> addresses(PciAddress pf) {
        SortedMap<Integer, PciAddress> addresses = new TreeMap<>();
        List<Integer> indices = sysfs.list(QatPaths.device(pf)).stream()
                .filter(name -> VIRTFN.matcher(name).matches())
                .map(name -> Integer.valueOf(name.substring(VIRTFN_PREFIX.length())))
                .toList();
        if (indices.isEmpty()) {
            return addresses;
        }
        DeviceFiles files = new DeviceFiles(sysfs, pf);
        int offset = files.count("sriov_offset");
        int stride = files.count("sriov_stride");
        for (int index : indices) {
            // Two files tell as much as all the links (Linux 4.15 and newer).
            Optional<PciAddress> address = offset == 0 ? files.address(VIRTFN_PREFIX + index) : Optional.of(virtualFunction(pf, offset, stride, index));
            address.ifPresent(found -> addresses.put(index, found));
        }
        return addresses;
    }

    private PciAddress virtualFunction(PciAddress pf, int offset, int stride, int index) {
        try {
            return pf.virtualFunction(offset, stride, index);
        } catch (IllegalArgumentException e) {
            UnexpectedValueException unexpected = new UnexpectedValueException(
                    sysfs.describe(QatPaths.device(pf)) + "/{sriov_offset,sriov_stride}",
                    Integer.toUnsignedString(offset) + "," + Integer.toUnsignedString(stride),
                    e.getMessage());
            unexpected.initCause(e);
            throw unexpected;
        }
    }

    private List<VirtualFunction> vfs(
            PciAddress pf, SortedMap<Integer, PciAddress> addresses, List<DeviceProblem> problems, BiFunction<PciAddress, Integer, VirtualFunction> look) {
        List<VirtualFunction> vfs = new ArrayList<>();
        addresses.forEach((index, address) ->
                attempt(address, nameOf(pf, index), problems, () -> look.apply(address, index)).ifPresent(vfs::add));
        return vfs;
    }

    private VirtualFunction vf(PciAddress address, QatModel model, Optional<PciAddress> parent, OptionalInt index, Set<VfDetail> details) {
        DeviceFiles files = new DeviceFiles(sysfs, address);
        DeviceFiles.Identity identity = files.identity();
        check(address, model, identity.id());
        return new VirtualFunction(
                address,
                model,
                parent,
                index,
                identity.driver(),
                details.contains(VfDetail.DRIVER_OVERRIDE) ? files.driverOverride() : Optional.empty(),
                files.iommuGroup(details.contains(VfDetail.NO_IOMMU)),
                details.contains(VfDetail.VFIO_DEVICE) ? files.vfioDevice() : Optional.empty(),
                files.numaNode());
    }

    private PciAddress address(String name) {
        try {
            return PciAddress.parse(name);
        } catch (IllegalArgumentException e) {
            UnexpectedValueException unexpected = new UnexpectedValueException(sysfs.describe(QatPaths.DEVICES), name, e.getMessage());
            unexpected.initCause(e);
            throw unexpected;
        }
    }

    private <T> Optional<T> attempt(PciAddress address, List<DeviceProblem> problems, Supplier<T> reading) {
        return attempt(address, Optional.empty(), problems, reading);
    }

    /// @param name the entry in the PF's directory that stands for the device, where it is a VF
    private <T> Optional<T> attempt(PciAddress address, Optional<String> name, List<DeviceProblem> problems, Supplier<T> reading) {
        try {
            return Optional.of(reading.get());
        } catch (SysfsException | UnexpectedValueException e) {
            // A device that went away while it was read is no problem: it is simply not there.
            if (new DeviceFiles(sysfs, address).exist()) {
                problems.add(new DeviceProblem(address, e.getMessage()));
            } else if (name.filter(this::isListed).isPresent()) {
                // Who removes VFs by way of the PF takes the link away before the VF (Linux drivers/pci/iov.c, pci_iov_remove_virtfn).
                problems.add(new DeviceProblem(
                        address, sysfs.describe(QatPaths.device(address)) + " is not there, but " + sysfs.describe(name.orElseThrow()) + " names it"));
            }
            return Optional.empty();
        }
    }

    private static Optional<String> nameOf(PciAddress pf, int index) {
        return Optional.of(QatPaths.device(pf) + "/" + VIRTFN_PREFIX + index);
    }

    private static Optional<String> nameOf(VirtualFunction vf) {
        return vf.parent().flatMap(pf -> nameOf(pf, vf.index().orElseThrow()));
    }

    /// Whether the directory has the entry; the link itself leads nowhere.
    private boolean isListed(String path) {
        int end = path.lastIndexOf('/');
        try {
            return sysfs.list(path.substring(0, end)).contains(path.substring(end + 1));
        } catch (SysfsException _) {
            // The PF has gone, too.
            return false;
        }
    }

    /// One pass over the node, with what it has found so far.
    private final class Reading {
        private final Set<VfDetail> details;
        private final List<Card> cards = new ArrayList<>();
        private final List<VirtualFunction> guests = new ArrayList<>();
        private final List<DeviceProblem> problems = new ArrayList<>();
        private final Set<PciAddress> vfsOfCards = new HashSet<>();

        private record Card(PciAddress address, QatModel model, Optional<String> driver, SortedMap<Integer, PciAddress> vfs) {}

        private record Read(Optional<PhysicalFunction> pf, List<DeviceProblem> problems) {}

        Reading(Set<VfDetail> details) {
            this.details = details;
        }

        QatTopology read() {
            List<PciAddress> addresses = sysfs.list(QatPaths.DEVICES).stream().map(QatTopologyReader.this::address).sorted().toList();
            for (PciAddress address : addresses) {
                // A VF comes after its PF (PCIe SR-IOV: First VF Offset is not negative), so the PF has told of it by then.
                if (!vfsOfCards.contains(address)) {
                    attempt(address, problems, () -> new DeviceFiles(sysfs, address).identity()).ifPresent(identity -> look(address, identity));
                }
            }
            List<PhysicalFunction> pfs = new ArrayList<>();
            for (Read read : Halves.map(cards, this::read)) {
                read.pf().ifPresent(pfs::add);
                problems.addAll(read.problems());
            }
            problems.sort((one, other) -> one.address().compareTo(other.address()));
            return new QatTopology(pfs, guests, problems);
        }

        private Read read(Card card) {
            List<DeviceProblem> found = new ArrayList<>();
            return new Read(attempt(card.address(), found, () -> QatTopologyReader.this.read(card.address(), card.model(), card.driver(), card.vfs(), details, found)), found);
        }

        private void look(PciAddress address, DeviceFiles.Identity identity) {
            models.ofPf(identity.id()).flatMap(model -> attempt(address, problems, () -> new Card(address, model, identity.driver(), addresses(address)))).ifPresent(card -> {
                cards.add(card);
                vfsOfCards.addAll(card.vfs().values());
            });
            models.ofVf(identity.id()).ifPresent(model ->
                    attempt(address, problems, () -> guest(address, model)).flatMap(Function.identity()).ifPresent(guests::add));
        }

        private Optional<VirtualFunction> guest(PciAddress address, QatModel model) {
            return sysfs.exists(QatPaths.device(address) + "/physfn")
                    ? Optional.empty()
                    : Optional.of(vf(address, model, Optional.empty(), OptionalInt.empty(), details));
        }
    }
}
