package io.kubeqat.qat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.pci.PciId;
import io.kubeqat.sysfs.LinuxSysfs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QatTopologyReaderTest {
    private static final QatModels MODELS = QatModels.known();
    private static final QatModel GEN4 = MODELS.ofPf(PciId.parse("8086:4940")).orElseThrow();
    private static final QatModel GEN2 = MODELS.ofPf(PciId.parse("8086:37c8")).orElseThrow();
    /// Behind a bridge and in a domain of five digits: both break readers that build paths by pattern.
    private static final String PF = "devices/pci10000:e0/10000:e0:06.0/10000:e1:00.0";
    private static final PciAddress PF_ADDRESS = PciAddress.parse("10000:e1:00.0");

    @TempDir
    Path directory;

    private SysfsTree tree;

    @BeforeEach
    void layOut() {
        tree = new SysfsTree(directory)
                .device("devices/pci0000:00/0000:00:1f.0", "8086", "a30d")
                .device("devices/pci0000:00/0000:00:02.0", "10de", "4940");
    }

    @Test
    void readsACardWithItsVfs() {
        card();

        assertThat(read()).isEqualTo(new QatTopology(
                List.of(new PhysicalFunction(
                        PF_ADDRESS,
                        GEN4,
                        Optional.of("4xxx"),
                        Optional.of(DeviceState.UP),
                        Optional.of(ServiceSet.of(Service.ASYM, Service.SYM)),
                        16,
                        2,
                        OptionalInt.of(1),
                        List.of(vf(0, Optional.of("vfio-pci"), Optional.of("vfio-pci"), Optional.of("vfio7")),
                                vf(1, Optional.empty(), Optional.empty(), Optional.empty())))),
                List.of(),
                List.of()));
    }

    @Test
    void glancesAtWhatAWriterChanges() {
        card();
        tree.file(place(1) + "/uevent", "DRIVER=4xxxvf\nPCI_ID=8086:4941\nMODALIAS=pci:v=x\n");
        List<DeviceProblem> problems = new ArrayList<>();

        PhysicalFunction before = read().physicalFunctions().getFirst();
        QatTopologyReader reader = new QatTopologyReader(tree.sysfs(), MODELS);

        PhysicalFunction pf = reader.glance(before, "vfio-pci", problems);

        assertThat(pf.vfs()).extracting(VirtualFunction::driver).containsExactly(Optional.of("vfio-pci"), Optional.of("4xxxvf"));
        assertThat(pf.driver()).contains("4xxx");
        assertThat(pf.totalVfs()).isEqualTo(16);
        assertThat(pf.numVfs()).isEqualTo(2);

        tree.link("bus/pci/drivers/4xxxvf/" + address(0), place(0));
        assertThat(reader.glance(pf, "4xxxvf", problems).vfs()).extracting(VirtualFunction::driver)
                .containsExactly(Optional.of("4xxxvf"), Optional.of("4xxxvf"));
        assertThat(problems).isEmpty();

        tree.file(place(1) + "/uevent", "PCI_ID=8086:1521\n");
        assertThat(reader.glance(pf, "vfio-pci", problems).vfs()).hasSize(1);
        assertThat(problems).singleElement().extracting(DeviceProblem::message).asString().contains("8086:1521").contains("expected 8086:4941");
    }

    /// Where the card names its VFs' id, a glance asks the VFs for their drivers only, and still misses none that has gone.
    @Test
    void glancesAtTheDriversOfVfsWhoseIdTheCardNames() {
        card();
        tree.file(PF + "/sriov_vf_device", "4941\n").file(place(1) + "/uevent", "DRIVER=not-asked\nPCI_ID=8086:4941\n");
        vfDirectory(2);
        tree.link(place(2) + "/driver", "bus/pci/drivers/4xxxvf");
        PhysicalFunction before = read().physicalFunctions().getFirst();
        QatTopologyReader reader = new QatTopologyReader(tree.sysfs(), MODELS);
        List<DeviceProblem> problems = new ArrayList<>();

        assertThat(reader.glance(before, "vfio-pci", problems).vfs()).extracting(VirtualFunction::driver)
                .containsExactly(Optional.of("vfio-pci"), Optional.empty(), Optional.of("4xxxvf"));
        assertThat(problems).isEmpty();

        tree.file(PF + "/sriov_vf_device", "1521\n");
        assertThat(reader.glance(before, "vfio-pci", problems).vfs()).extracting(VirtualFunction::driver)
                .as("another id than is known: each is asked").contains(Optional.of("not-asked"));

        tree.file(PF + "/sriov_vf_device", "4941\n").remove("bus/pci/devices/" + address(1));
        assertThat(new QatTopologyReader(tree.sysfs(), MODELS).glance(before, "vfio-pci", problems).vfs()).extracting(VirtualFunction::address)
                .containsExactly(address(0), address(2));
        assertThat(problems).extracting(DeviceProblem::address).containsExactly(address(1));
    }

    @Test
    void ordersVfsByNumberNotByText() {
        card();
        for (int n = 2; n <= 10; n++) {
            vfDirectory(n);
        }

        assertThat(read().physicalFunctions().getFirst().vfs())
                .extracting(vf -> vf.index().orElseThrow())
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void doesNotLetOneUnreadableVfHideTheOthers() {
        card();
        tree.file(place(0) + "/numa_node", "one\n");

        QatTopology topology = read();

        assertThat(topology.physicalFunctions().getFirst().vfs()).extracting(vf -> vf.index().orElseThrow()).containsExactly(1);
        assertThat(topology.problems()).containsExactly(new DeviceProblem(
                address(0),
                "cannot understand \"one\" in " + tree.root() + "/bus/pci/devices/10000:e1:00.1/numa_node: expected a number"));
    }

    @Test
    void readsEverythingAgainWhereAVfWasAProblem() {
        card();
        tree.file(place(0) + "/numa_node", "one\n");
        QatTopologyReader reader = new QatTopologyReader(tree.sysfs(), MODELS);
        QatTopology known = reader.read();
        tree.file(place(0) + "/numa_node", "1\n");

        QatTopology again = reader.readAgain(known, Set.of(address(0)), EnumSet.allOf(VfDetail.class));

        assertThat(again.physicalFunctions().getFirst().vfs()).hasSize(2);
        assertThat(again).isEqualTo(reader.read());
    }

    @Test
    void reportsAVfThatWasTakenOffTheBusByItself() {
        card();
        tree.file(PF + "/sriov_offset", "1\n").file(PF + "/sriov_stride", "1\n");
        QatTopology before = read();
        assertThat(before.problems()).isEmpty();
        tree.remove("bus/pci/devices/" + address(1));
        QatTopologyReader reader = new QatTopologyReader(tree.sysfs(), MODELS);
        DeviceProblem missing = new DeviceProblem(
                address(1),
                tree.root() + "/bus/pci/devices/10000:e1:00.2 is not there, but " + tree.root() + "/bus/pci/devices/10000:e1:00.0/virtfn1 names it");

        assertThat(reader.read().physicalFunctions().getFirst().vfs()).extracting(VirtualFunction::address).containsExactly(address(0));
        assertThat(reader.read().problems()).containsExactly(missing);
        assertThat(reader.readAgain(before, Set.of(address(1)), Set.of()).problems()).containsExactly(missing);
        List<DeviceProblem> glanced = new ArrayList<>();
        reader.glance(before.physicalFunctions().getFirst(), "vfio-pci", glanced);
        assertThat(glanced).containsExactly(missing);

        tree.remove(PF + "/virtfn1");
        assertThat(reader.readAgain(before, Set.of(address(1)), Set.of()).problems()).as("removed by way of the PF").isEmpty();
    }

    @Test
    void doesNotLetACardWithAWrongOffsetHideTheOthers() {
        card();
        tree.device("devices/pci10000:e0/10000:e2:00.0", "8086", "37c8").file(PF + "/sriov_stride", "1\n");
        for (String wrong : List.of("65535", "4294967295")) {
            tree.file(PF + "/sriov_offset", wrong + "\n");

            QatTopology topology = read();

            assertThat(topology.physicalFunctions()).extracting(PhysicalFunction::address).containsExactly(PciAddress.parse("10000:e2:00.0"));
            assertThat(topology.guestFunctions()).isEmpty();
            assertThat(topology.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.address()).isEqualTo(PF_ADDRESS);
                assertThat(problem.message()).startsWith("cannot understand \"" + wrong + ",1\" in " + tree.root()
                        + "/bus/pci/devices/10000:e1:00.0/{sriov_offset,sriov_stride}: no VF 0 of 10000:e1:00.0 at an offset of ");
            });
        }
    }

    @Test
    void reportsACardWhoseServicesItDoesNotKnowAndReadsTheNext() {
        card();
        tree.file(PF + "/qat/cfg_services", "sym;quantum\n").device("devices/pci10000:e0/10000:e2:00.0", "8086", "37c8");

        QatTopology topology = read();

        assertThat(topology.physicalFunctions()).extracting(PhysicalFunction::address).containsExactly(PciAddress.parse("10000:e2:00.0"));
        assertThat(topology.guestFunctions()).isEmpty();
        assertThat(topology.problems()).containsExactly(new DeviceProblem(
                PF_ADDRESS,
                "cannot understand \"sym;quantum\" in " + tree.root() + "/bus/pci/devices/10000:e1:00.0/qat/cfg_services: "
                        + "\"sym;quantum\" is not a set of services: \"quantum\" is no service; expected one or more of asym, sym, dc, decomp, dcc "
                        + "with \";\" between them"));
    }

    @Test
    void readsAGen2CardWithoutAQatDirectory() {
        tree.device("devices/pci0000:3a/0000:3d:00.0", "8086", "37c8");

        assertThat(read().physicalFunctions()).containsExactly(new PhysicalFunction(
                PciAddress.parse("0000:3d:00.0"),
                GEN2,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                OptionalInt.empty(),
                List.of()));
        assertThat(read().physicalFunctions().getFirst().resourceName()).isEqualTo("generic");
    }

    @Test
    void seesVfsAloneInAVirtualMachine() {
        tree.device("devices/pci0000:00/0000:00:05.0", "8086", "4941")
                .link("devices/pci0000:00/0000:00:05.0/iommu_group", "kernel/iommu_groups/0")
                .file("kernel/iommu_groups/0/name", "vfio-noiommu\n");

        assertThat(read()).isEqualTo(new QatTopology(
                List.of(),
                List.of(new VirtualFunction(
                        PciAddress.parse("0000:00:05.0"),
                        GEN4,
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new IommuGroup(0, true)),
                        Optional.empty(),
                        OptionalInt.empty())),
                List.of()));
    }

    @Test
    void refusesAVfOfAnotherModel() {
        card();
        tree.file(place(1) + "/device", "0x37c9\n");

        assertThat(read().problems()).containsExactly(new DeviceProblem(
                address(1),
                "cannot understand \"8086:37c9\" in " + tree.root()
                        + "/bus/pci/devices/10000:e1:00.2/{vendor,device}: expected 8086:4941, a VF of 4xxx"));
    }

    @Test
    void failsAsAWholeOnlyWhereThereIsNoListOfDevices() {
        tree.link("bus/elsewhere", "empty");
        QatTopologyReader reader = new QatTopologyReader(new LinuxSysfs(tree.root().resolve("empty")), MODELS);

        assertThatThrownBy(reader::read).hasMessage("cannot list " + tree.root() + "/empty/bus/pci/devices: No such file or directory");
    }

    private QatTopology read() {
        return new QatTopologyReader(tree.sysfs(), MODELS).read();
    }

    private void card() {
        tree.device(PF, "8086", "4940")
                .file(PF + "/numa_node", "1\n")
                .file(PF + "/sriov_totalvfs", "16\n")
                .file(PF + "/sriov_numvfs", "2\n")
                .file(PF + "/qat/state", "up\n")
                .file(PF + "/qat/cfg_services", "sym;asym\n")
                .link(PF + "/driver", "bus/pci/drivers/4xxx");
        vfDirectory(0);
        vfDirectory(1);
        tree.link(place(0) + "/driver", "bus/pci/drivers/vfio-pci")
                .file(place(0) + "/driver_override", "vfio-pci\n")
                .link(place(0) + "/vfio-dev/vfio7", "devices/virtual/vfio7");
    }

    private void vfDirectory(int n) {
        tree.device(place(n), "8086", "4941")
                .file(place(n) + "/numa_node", "1\n")
                .link(place(n) + "/physfn", PF)
                .link(place(n) + "/iommu_group", "kernel/iommu_groups/" + (100 + n))
                .link(PF + "/virtfn" + n, place(n));
    }

    private VirtualFunction vf(int n, Optional<String> driver, Optional<String> override, Optional<String> vfioDevice) {
        return new VirtualFunction(
                address(n),
                GEN4,
                Optional.of(PF_ADDRESS),
                OptionalInt.of(n),
                driver,
                override,
                Optional.of(new IommuGroup(100 + n, false)),
                vfioDevice,
                OptionalInt.of(1));
    }

    private static PciAddress address(int n) {
        return new PciAddress(0x10000, 0xe1, (n + 1) / 8, (n + 1) % 8);
    }

    private static String place(int n) {
        return "devices/pci10000:e0/10000:e0:06.0/" + address(n);
    }
}
