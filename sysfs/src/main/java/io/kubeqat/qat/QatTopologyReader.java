package io.kubeqat.qat;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.pci.PciId;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Reads the whole node. Never writes, and never lets one device's trouble hide the others.
public final class QatTopologyReader {
    private static final Pattern VIRTFN = Pattern.compile("virtfn[0-9]{1,5}");

    private final Sysfs sysfs;
    private final QatModels models;

    public QatTopologyReader(Sysfs sysfs, QatModels models) {
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
        this.models = requireNonNull(models, "models is null");
    }

    /// @throws SysfsException when the list of PCI devices itself cannot be read: then nothing is known about any of them
    public QatTopology read() {
        return new Reading().read();
    }

    /// Reads one card again, VFs included.
    ///
    /// @param vfProblems takes the VFs that could not be read
    public PhysicalFunction read(PciAddress pf, QatModel model, List<DeviceProblem> vfProblems) {
        return card(pf, model, vfs(pf, model, vfProblems, (address, index) -> vf(address, model, Optional.of(pf), OptionalInt.of(index))));
    }

    /// Reads of one card what a writer changes: state, services, the VFs, their drivers and overrides. Groups, VFIO devices and NUMA nodes of the VFs are left
    /// out, because a node has many VFs and a writer looks often; and so is the override of a VF that the wanted driver holds, because it is of no use any more.
    ///
    /// @param driver the driver that shall hold the VFs
    /// @param vfProblems takes the VFs that could not be read
    public PhysicalFunction glance(PciAddress pf, QatModel model, String driver, List<DeviceProblem> vfProblems) {
        return card(pf, model, vfs(pf, model, vfProblems, (address, index) -> glanceAt(address, model, pf, index, driver)));
    }

    private PhysicalFunction card(PciAddress pf, QatModel model, List<VirtualFunction> vfs) {
        DeviceFiles files = new DeviceFiles(sysfs, pf);
        return new PhysicalFunction(
                pf,
                model,
                files.driver(),
                files.value("qat/state", DeviceState::parse),
                files.value("qat/cfg_services", ServiceSet::parse),
                files.count("sriov_totalvfs"),
                files.count("sriov_numvfs"),
                files.numaNode(),
                vfs);
    }

    private VirtualFunction glanceAt(PciAddress address, QatModel model, PciAddress pf, int index, String driver) {
        DeviceFiles files = new DeviceFiles(sysfs, address);
        DeviceFiles.Identity identity = files.identity();
        check(address, model, identity.id());
        return new VirtualFunction(
                address,
                model,
                Optional.of(pf),
                OptionalInt.of(index),
                identity.driver(),
                identity.driver().filter(driver::equals).isPresent() ? Optional.empty() : files.driverOverride(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty());
    }

    private void check(PciAddress address, QatModel model, PciId id) {
        if (!id.equals(model.vfId())) {
            throw new UnexpectedValueException(
                    sysfs.describe(QatPaths.device(address)) + "/{vendor,device}", id.toString(), "expected " + model.vfId() + ", a VF of " + model.name());
        }
    }

    /// What the card's hardware reported; absent while the card is down, on gen2, and on kernels before 6.7.
    public Optional<ErrorCounters> errors(PciAddress pf) {
        DeviceFiles files = new DeviceFiles(sysfs, pf);
        return files.value("qat_ras/errors_correctable", Long::parseUnsignedLong).map(correctable -> new ErrorCounters(
                correctable,
                files.value("qat_ras/errors_nonfatal", Long::parseUnsignedLong).orElse(0L),
                files.value("qat_ras/errors_fatal", Long::parseUnsignedLong).orElse(0L)));
    }

    private List<VirtualFunction> vfs(
            PciAddress pf, QatModel model, List<DeviceProblem> problems, BiFunction<PciAddress, Integer, VirtualFunction> look) {
        SortedMap<Integer, PciAddress> addresses = new TreeMap<>();
        DeviceFiles files = new DeviceFiles(sysfs, pf);
        for (String name : sysfs.list(QatPaths.device(pf))) {
            if (VIRTFN.matcher(name).matches()) {
                files.address(name).ifPresent(address -> addresses.put(Integer.valueOf(name.substring("virtfn".length())), address));
            }
        }
        List<VirtualFunction> vfs = new ArrayList<>();
        addresses.forEach((index, address) ->
                attempt(address, problems, () -> look.apply(address, index)).ifPresent(vfs::add));
        return vfs;
    }

    private VirtualFunction vf(PciAddress address, QatModel model, Optional<PciAddress> parent, OptionalInt index) {
        DeviceFiles files = new DeviceFiles(sysfs, address);
        check(address, model, files.id());
        return new VirtualFunction(
                address,
                model,
                parent,
                index,
                files.driver(),
                files.driverOverride(),
                files.iommuGroup(),
                files.vfioDevice(),
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
        try {
            return Optional.of(reading.get());
        } catch (SysfsException | UnexpectedValueException e) {
            // A device that went away while it was read is no problem: it is simply not there.
            if (new DeviceFiles(sysfs, address).exist()) {
                problems.add(new DeviceProblem(address, e.getMessage()));
            }
            return Optional.empty();
        }
    }

    /// One pass over the node, with what it has found so far.
    private final class Reading {
        private final List<PhysicalFunction> pfs = new ArrayList<>();
        private final List<VirtualFunction> guests = new ArrayList<>();
        private final List<DeviceProblem> problems = new ArrayList<>();

        QatTopology read() {
            List<PciAddress> addresses = sysfs.list(QatPaths.DEVICES).stream().map(QatTopologyReader.this::address).sorted().toList();
            for (PciAddress address : addresses) {
                attempt(address, problems, () -> new DeviceFiles(sysfs, address).id()).ifPresent(id -> look(address, id));
            }
            problems.sort(Comparator.comparing(DeviceProblem::address));
            return new QatTopology(pfs, guests, problems);
        }

        private void look(PciAddress address, PciId id) {
            models.ofPf(id).ifPresent(model ->
                    attempt(address, problems, () -> QatTopologyReader.this.read(address, model, problems)).ifPresent(pfs::add));
            models.ofVf(id).ifPresent(model ->
                    attempt(address, problems, () -> guest(address, model)).flatMap(Function.identity()).ifPresent(guests::add));
        }

        private Optional<VirtualFunction> guest(PciAddress address, QatModel model) {
            return sysfs.exists(QatPaths.device(address) + "/physfn")
                    ? Optional.empty()
                    : Optional.of(vf(address, model, Optional.empty(), OptionalInt.empty()));
        }
    }
}
