package io.kubeqat.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/// The machine to simulate.
///
/// @param kernel what differs between kernels
/// @param cards in the order the kernel finds them, which decides the services of a card that does not name its own
public record Scenario(Kernel kernel, List<Card> cards) {

    /// Copies the list.
    public Scenario {
        requireNonNull(kernel, "kernel is null");
        cards = List.copyOf(cards);
    }

    /// Reads a scenario from YAML; the resource `one-card.yaml` shows the keys.
    ///
    /// @param yaml the text
    /// @return the machine
    /// @throws RuntimeException with one line for each problem
    public static Scenario parse(String yaml) {
        return ScenarioReader.read("scenario", yaml);
    }

    /// A scenario that comes with the simulator.
    ///
    /// @param name `one-card` or `two-cards`
    /// @return empty for another name
    public static Optional<Scenario> builtIn(String name) {
        String resource = name + ".yaml";
        try (InputStream in = Scenario.class.getResourceAsStream(resource)) {
            return in == null ? Optional.empty() : Optional.of(ScenarioReader.read(resource, new String(in.readAllBytes(), UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + resource, e);
        }
    }

    /// What differs between kernels.
    ///
    /// @param cfgServices how `qat/cfg_services` parses and reads back
    /// @param refusesVfsWithoutIommu whether `sriov_numvfs` answers EINVAL without an IOMMU: kernels between commits ca88a2bdd4dd and 53669ff591d4
    /// @param refusesToRemoveVfs whether zero in `sriov_numvfs` answers EINVAL while VFs exist: kernels before commit ca88a2bdd4dd
    /// @param disableDenylist the module parameter of vfio-pci
    /// @param outOfTreeVfDrivers whether `4xxxvf` and its like exist and take new VFs first
    record Kernel(
            Services cfgServices, boolean refusesVfsWithoutIommu, boolean refusesToRemoveVfs, boolean disableDenylist, boolean outOfTreeVfDrivers) {}

    /// One card.
    ///
    /// @param bridges the ports between the root complex and the card, outermost first
    /// @param services the text of `qat/cfg_services` at boot; empty for the driver's own default
    /// @param vfsPerGroup more than one where the platform lacks ACS
    /// @param vfs what an earlier program left behind
    record Card(
            PciAddress bdf, CardModel model, List<PciAddress> bridges, int numa, int totalVfs, Optional<String> services, Iommu iommu, int vfsPerGroup, VfsAtStart vfs) {
        Card {
            bridges = List.copyOf(bridges);
        }

        /// The address of the VF with this index: SR-IOV counts in routing IDs (PCIe Base Specification, First VF Offset and VF Stride).
        PciAddress vf(int index) {
            int routingId = ((bdf.bus() << 8) | (bdf.device() << 3) | bdf.function()) + model.vfOffset() + index;
            return new PciAddress(bdf.domain(), (routingId >> 8) & 0xff, (routingId >> 3) & 0x1f, routingId & 7);
        }
    }

    /// What stands between the card and memory.
    enum Iommu {
        YES,
        /// Nothing: no groups, and vfio-pci refuses.
        NO,
        /// Nothing, but VFIO runs with `enable_unsafe_noiommu_mode`.
        NOIOMMU
    }

    /// What an earlier program left behind.
    enum VfsAtStart {
        NONE,
        ENABLED,
        BOUND
    }
}
