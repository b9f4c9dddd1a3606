package io.kubeqat.deviceplugin.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceProblem;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModel;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.qat.VirtualFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InventoryRulesTest {
    private static final QatModel GEN4 = QatModels.known().rows().stream().filter(row -> row.name().equals("4xxx")).findFirst().orElseThrow();
    private static final QatModel GEN2 = QatModels.known().rows().stream().filter(row -> row.name().equals("c62x")).findFirst().orElseThrow();
    private static final PciAddress PF = PciAddress.parse("0000:4b:00.0");
    private static final PciAddress VF1 = PciAddress.parse("0000:4b:00.1");
    private static final PciAddress VF2 = PciAddress.parse("0000:4b:00.2");
    private static final ResourceName CY = name("cy");
    private static final ResourceName DC = name("dc");
    private static final VfioNodes NODES = nodes("vfio", "1", "2", "noiommu-3");

    @Test
    void offersVfsUnderTheServicesOfTheirCard() {
        Inventory inventory = next(topology(card("sym;asym", DeviceState.UP, vf(VF1, 1), vf(VF2, 2))), Inventory.EMPTY);

        assertThat(inventory.resources()).containsOnlyKeys(CY);
        assertThat(inventory.devices(CY)).containsExactly(healthy(VF1, 1), healthy(VF2, 2));
    }

    @Test
    void gen2AndGuestVfsAreGeneric() {
        PhysicalFunction gen2 = new PhysicalFunction(
                PF, GEN2, Optional.of("c6xx"), Optional.empty(), Optional.empty(), 16, 1, OptionalInt.empty(), List.of(vf(VF1, 1)));
        VirtualFunction guest = new VirtualFunction(
                VF2, GEN4, Optional.empty(), OptionalInt.empty(), Optional.of("vfio-pci"), Optional.empty(), Optional.of(new IommuGroup(2, false)), Optional.empty(), OptionalInt.empty());

        Inventory inventory = next(new QatTopology(List.of(gen2), List.of(guest), List.of()), Inventory.EMPTY);

        assertThat(inventory.devices(name("generic"))).extracting(Device::id).containsExactly(VF1.toString(), VF2.toString());
    }

    @Test
    void eachVfIsJudgedAlone() {
        VirtualFunction unbound = vf(VF1, Optional.empty(), Optional.of(new IommuGroup(1, false)));
        VirtualFunction elsewhere = vf(at(2), Optional.of("4xxxvf"), Optional.of(new IommuGroup(2, false)));
        VirtualFunction groupless = vf(at(3), Optional.of("vfio-pci"), Optional.empty());
        VirtualFunction nodeless = vf(at(4), Optional.of("vfio-pci"), Optional.of(new IommuGroup(4, false)));
        VirtualFunction good = vf(at(5), Optional.of("vfio-pci"), Optional.of(new IommuGroup(1, false)));

        Inventory inventory = next(topology(card("sym;asym", DeviceState.UP, unbound, elsewhere, groupless, nodeless, good)), Inventory.EMPTY);

        assertThat(inventory.devices(CY)).extracting(Device::health).containsExactly(
                Health.unhealthy("bound to no driver instead of vfio-pci"),
                Health.unhealthy("bound to 4xxxvf instead of vfio-pci"),
                Health.unhealthy("in no IOMMU group; is the IOMMU on?"),
                Health.unhealthy("/dev/vfio/4 does not exist"),
                Health.HEALTHY);
    }

    @Test
    void saysThatVfioDoesNotTakeTheModel() {
        VirtualFunction vf = new VirtualFunction(
                VF1, GEN2, Optional.of(PF), OptionalInt.of(0), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty());
        PhysicalFunction gen2 = new PhysicalFunction(PF, GEN2, Optional.of("c6xx"), Optional.empty(), Optional.empty(), 16, 1, OptionalInt.empty(), List.of(vf));

        Inventory inventory = InventoryRules.next(topology(gen2), new Surroundings(NODES, Map.of(), Map.of(), true, Map.of()), "qat.intel.com", Inventory.EMPTY);

        assertThat(inventory.devices(name("generic"))).extracting(Device::health).containsExactly(
                Health.unhealthy("bound to no driver instead of vfio-pci, which refuses a c62x unless loaded with disable_denylist=1"));
    }

    @Test
    void nothingWorksWithoutTheContainerDevice() {
        QatTopology topology = topology(card("sym;asym", DeviceState.UP, vf(VF1, 1)));

        assertThat(InventoryRules.next(topology, around(nodes("1"), Map.of()), "qat.intel.com", Inventory.EMPTY).devices(CY))
                .extracting(Device::health).containsExactly(Health.unhealthy("/dev/vfio/vfio does not exist"));
    }

    @Test
    void groupWithoutIommuHasAnotherName() {
        VirtualFunction vf = vf(VF1, Optional.of("vfio-pci"), Optional.of(new IommuGroup(3, true)));

        assertThat(next(topology(card("sym;asym", DeviceState.UP, vf)), Inventory.EMPTY).devices(CY)).allMatch(Device::isHealthy);
    }

    @Test
    void oneVfStandsForASharedGroup() {
        Inventory inventory = next(topology(card("sym;asym", DeviceState.UP, vf(VF1, 1), vf(VF2, 1))), Inventory.EMPTY);

        assertThat(inventory.devices(CY)).extracting(Device::health)
                .containsExactly(Health.HEALTHY, Health.unhealthy("shares IOMMU group 1 with 0000:4b:00.1, which is offered for both"));
    }

    @Test
    void vanishedVfStaysListed() {
        Inventory before = next(topology(card("sym;asym", DeviceState.UP, vf(VF1, 1), vf(VF2, 2))), Inventory.EMPTY);

        Inventory after = next(topology(card("sym;asym", DeviceState.UP, vf(VF2, 2))), before);

        assertThat(after.devices(CY)).containsExactly(healthy(VF1, 1).with(Health.unhealthy("vanished")), healthy(VF2, 2));
        assertThat(next(topology(), after).devices(CY)).extracting(Device::health).containsOnly(Health.unhealthy("vanished with its PF 0000:4b:00.0"));
    }

    @Test
    void vanishedVfThatComesBackIsHealthyAgain() {
        QatTopology full = topology(card("sym;asym", DeviceState.UP, vf(VF1, 1)));
        Inventory before = next(full, Inventory.EMPTY);

        assertThat(next(full, next(topology(), before))).isEqualTo(before);
    }

    @Test
    void cardThatIsDownKeepsItsVfsUnderTheirLastName() {
        Inventory before = next(topology(card("sym;asym", DeviceState.UP, vf(VF1, 1), vf(VF2, 2))), Inventory.EMPTY);

        // The kernel takes the VFs away; the services may be another set by now.
        Inventory down = next(topology(card("dc", DeviceState.DOWN)), before);

        assertThat(down.resources()).containsOnlyKeys(CY);
        assertThat(down.devices(CY)).extracting(Device::health).containsOnly(Health.unhealthy("vanished: its PF 0000:4b:00.0 is down"));
    }

    @Test
    void vfThatIsStillThereWhileItsCardIsDownKeepsItsName() {
        Inventory before = next(topology(card("sym;asym", DeviceState.UP, vf(VF1, 1))), Inventory.EMPTY);

        Inventory down = next(topology(card("dc", DeviceState.DOWN, vf(VF1, 1))), before);

        assertThat(down.resources()).containsOnlyKeys(CY);
        assertThat(down.devices(CY)).containsExactly(healthy(VF1, 1).with(Health.unhealthy("its PF 0000:4b:00.0 is down")));
    }

    @Test
    void cardWithOtherServicesMovesItsVfs() {
        Inventory before = next(topology(card("sym;asym", DeviceState.UP, vf(VF1, 1))), Inventory.EMPTY);

        Inventory after = next(topology(card("dc", DeviceState.UP, vf(VF1, 1))), before);

        assertThat(after.devices(DC)).containsExactly(healthy(VF1, 1));
        assertThat(after.devices(CY)).containsExactly(healthy(VF1, 1).with(Health.unhealthy("moved to qat.intel.com/dc")));
        // Its name is now the new one, also while the card is down.
        Inventory down = next(topology(card("dc", DeviceState.DOWN, vf(VF1, 1))), after);
        assertThat(down.devices(DC)).extracting(Device::health).containsExactly(Health.unhealthy("its PF 0000:4b:00.0 is down"));
    }

    @Test
    void unreadableDevicesSayWhy() {
        Inventory before = next(topology(card("sym;asym", DeviceState.UP, vf(VF1, 1), vf(VF2, 2))), Inventory.EMPTY);
        PciAddress stranger = PciAddress.parse("0000:8a:00.0");

        QatTopology badVf = new QatTopology(
                List.of(card("sym;asym", DeviceState.UP, vf(VF2, 2))),
                List.of(),
                List.of(new DeviceProblem(VF1, "cannot read its numa_node"), new DeviceProblem(stranger, "cannot read its state")));
        Inventory after = next(badVf, before);

        assertThat(after.devices(CY)).containsExactly(healthy(VF1, 1).with(Health.unhealthy("cannot read its numa_node")), healthy(VF2, 2));
        assertThat(after.unnamed()).containsExactly(Map.entry(stranger, "cannot read its state"));
        Inventory badPf = next(new QatTopology(List.of(), List.of(), List.of(new DeviceProblem(PF, "cannot read its state"))), before);
        assertThat(badPf.devices(CY)).extracting(Device::health).containsOnly(Health.unhealthy("its PF cannot be read: cannot read its state"));
    }

    @Test
    void unreadableNodeMakesAllUnhealthy() {
        Inventory before = next(topology(card("sym;asym", DeviceState.UP, vf(VF1, 1), vf(VF2, 2))), Inventory.EMPTY);

        Inventory after = InventoryRules.unreadable(before, "cannot list /sys/bus/pci/devices: Input/output error");

        assertThat(after.devices(CY)).hasSize(2).extracting(Device::health).containsOnly(Health.unhealthy("cannot list /sys/bus/pci/devices: Input/output error"));
    }

    @Test
    void changesAreWhatAnOperatorWantsToKnow() {
        Inventory before = next(topology(card("sym;asym", DeviceState.UP, vf(VF1, 1), vf(VF2, 2))), Inventory.EMPTY);
        Inventory after = next(topology(card("sym;asym", DeviceState.UP, vf(VF2, 2))), before);

        assertThat(InventoryChange.between(Inventory.EMPTY, before)).containsExactly(new InventoryChange.Counted(CY, 2, 2));
        assertThat(InventoryChange.between(before, after)).containsExactly(
                new InventoryChange.Counted(CY, 2, 1),
                new InventoryChange.HealthChanged(CY, healthy(VF1, 1).with(Health.unhealthy("vanished"))));
        assertThat(InventoryChange.between(after, after)).isEmpty();
    }

    @Test
    void sickCardMakesItsVfsUnhealthyAndNoOthers() {
        PciAddress other = PciAddress.parse("0000:8a:00.0");
        QatTopology topology = topology(card("sym;asym", DeviceState.UP, vf(VF1, 1)));

        assertThat(InventoryRules.next(topology, around(NODES, Map.of(PF, "does not answer the heartbeat")), "qat.intel.com", Inventory.EMPTY).devices(CY))
                .extracting(Device::health).containsExactly(Health.unhealthy("its PF 0000:4b:00.0 does not answer the heartbeat"));
        assertThat(InventoryRules.next(topology, around(NODES, Map.of(other, "does not answer the heartbeat")), "qat.intel.com", Inventory.EMPTY).devices(CY))
                .allMatch(Device::isHealthy);
    }

    private static Surroundings around(VfioNodes nodes, Map<PciAddress, String> cards) {
        return new Surroundings(nodes, cards, Map.of(), false, Map.of());
    }

    private static Inventory next(QatTopology topology, Inventory previous) {
        return InventoryRules.next(topology, around(NODES, Map.of()), "qat.intel.com", previous);
    }

    private static ResourceName name(String name) {
        return new ResourceName("qat.intel.com", name);
    }

    private static VfioNodes nodes(String... names) {
        Set<String> all = new HashSet<>(Arrays.asList(names));
        return new VfioNodes("/dev/vfio", all, Optional.empty());
    }

    private static PciAddress at(int function) {
        return new PciAddress(0, 0x4b, 0, function);
    }

    private static QatTopology topology(PhysicalFunction... pfs) {
        return new QatTopology(List.of(pfs), List.of(), List.of());
    }

    private static PhysicalFunction card(String services, DeviceState state, VirtualFunction... vfs) {
        List<VirtualFunction> numbered = new ArrayList<>(List.of(vfs));
        return new PhysicalFunction(
                PF, GEN4, Optional.of("4xxx"), Optional.of(state), Optional.of(ServiceSet.parse(services)), 16, vfs.length, OptionalInt.of(0), numbered);
    }

    private static VirtualFunction vf(PciAddress address, int group) {
        return vf(address, Optional.of("vfio-pci"), Optional.of(new IommuGroup(group, false)));
    }

    private static VirtualFunction vf(PciAddress address, Optional<String> driver, Optional<IommuGroup> group) {
        return new VirtualFunction(
                address, GEN4, Optional.of(PF), OptionalInt.of(address.function() - 1), driver, Optional.empty(), group, Optional.empty(), OptionalInt.of(0));
    }

    private static Device healthy(PciAddress address, int group) {
        return new Device(address, Optional.of(PF), Optional.of(new IommuGroup(group, false)), OptionalInt.of(0), Health.HEALTHY);
    }
}
