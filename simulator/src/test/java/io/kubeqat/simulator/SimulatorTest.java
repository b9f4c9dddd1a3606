package io.kubeqat.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What depends on the kernel, the card or other programs, beyond the contract of one ordinary card.
final class SimulatorTest {
    private static final String PF = "bus/pci/devices/0000:6b:00.0";
    private static final String VFIO = "bus/pci/drivers/vfio-pci";
    private static final String HEARTBEAT = "kernel/debug/qat_4xxx_0000:6b:00.0/heartbeat/";

    private final AtomicLong millis = new AtomicLong(1_000_000);

    private Simulator simulator(String kernel, String card) {
        String yaml = "kernel: {" + kernel + "}\ncards: [{bdf: 0000:6b:00.0, " + card + "}]\n";
        return new Simulator(Scenario.parse(yaml), this::now);
    }

    private Instant now() {
        return Instant.ofEpochMilli(millis.get());
    }

    private static void fails(Sysfs sysfs, Errno errno, String path, String value) {
        assertThatExceptionOfType(SysfsException.class)
                .isThrownBy(() -> sysfs.write(path, value))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }

    private static void bind(Sysfs sysfs, String vf) {
        sysfs.write("bus/pci/devices/" + vf + "/driver_override", "vfio-pci\n");
        sysfs.write(VFIO + "/bind", vf + "\n");
    }

    @Test
    void aNewerKernelReadsServicesBackInItsOwnOrder() {
        Sysfs sysfs = simulator("cfgServicesReadBack: canonical", "device: 4940").sysfs();
        assertThat(sysfs.read(PF + "/qat/cfg_services")).as("the boot default was never parsed").isEqualTo("sym;asym\n");
        sysfs.write(PF + "/qat/state", "down\n");

        sysfs.write(PF + "/qat/cfg_services", "sym;asym\n");

        assertThat(sysfs.read(PF + "/qat/cfg_services")).isEqualTo("asym;sym\n");
        fails(sysfs, Errno.EINVAL, PF + "/qat/cfg_services", "sym;sym\n");
        fails(sysfs, Errno.EINVAL, PF + "/qat/cfg_services", "sym;asym;dc\n");
        fails(sysfs, Errno.EINVAL, PF + "/qat/cfg_services", "decomp\n");
        fails(sysfs, Errno.EINVAL, PF + "/qat/cfg_services", "sym;\n");
    }

    @Test
    void anOlderKernelReadsServicesBackAsWritten() {
        Sysfs sysfs = simulator("cfgServicesReadBack: verbatim", "device: 4940").sysfs();
        sysfs.write(PF + "/qat/state", "down\n");

        for (String services : List.of("sym;asym\n", "asym;sym\n", "dc;sym\n", "dcc\n")) {
            sysfs.write(PF + "/qat/cfg_services", services);
            assertThat(sysfs.read(PF + "/qat/cfg_services")).isEqualTo(services);
        }
        fails(sysfs, Errno.EINVAL, PF + "/qat/cfg_services", "decomp\n");
    }

    @Test
    void aGen6CardTakesThreeServices() {
        Sysfs sysfs = simulator("", "device: 4948").sysfs();
        sysfs.write(PF + "/qat/state", "down\n");

        sysfs.write(PF + "/qat/cfg_services", "decomp;sym;asym\n");

        assertThat(sysfs.read(PF + "/qat/cfg_services")).isEqualTo("asym;sym;decomp\n");
    }

    @Test
    void theKernelGivesEvenAndOddCardsDifferentServicesAtBoot() {
        Sysfs sysfs = new Simulator(Scenario.builtIn("two-cards").orElseThrow(), this::now).sysfs();

        assertThat(sysfs.read(PF + "/qat/cfg_services")).isEqualTo("sym;asym\n");
        assertThat(sysfs.read("bus/pci/devices/0000:e8:00.0/qat/cfg_services")).isEqualTo("dc\n");
        assertThat(sysfs.read("bus/pci/devices/0000:e8:00.0/numa_node")).isEqualTo("1\n");
    }

    @Test
    void aCardInUseByTheKernelChangesNeitherStateNorVfs() {
        Simulator simulator = simulator("", "device: 4940");
        simulator.busy("0000:6b:00.0", true);

        fails(simulator.sysfs(), Errno.EBUSY, PF + "/qat/state", "down\n");
        fails(simulator.sysfs(), Errno.EBUSY, PF + "/sriov_numvfs", "16\n");

        simulator.busy("0000:6b:00.0", false);
        simulator.sysfs().write(PF + "/sriov_numvfs", "16\n");
        simulator.busy("0000:6b:00.0", true);
        fails(simulator.sysfs(), Errno.EBUSY, PF + "/sriov_numvfs", "0\n");
    }

    @Test
    void aCardWithoutIommuHasNoGroupsAndItsVfsCannotBeBound() {
        Sysfs sysfs = simulator("vfsWithoutIommu: warn", "device: 4940, iommu: no").sysfs();

        sysfs.write(PF + "/sriov_numvfs", "16\n");

        assertThat(sysfs.list("kernel/iommu_groups")).isEmpty();
        assertThat(sysfs.exists("bus/pci/devices/0000:6b:00.1/iommu_group")).isFalse();
        sysfs.write("bus/pci/devices/0000:6b:00.1/driver_override", "vfio-pci\n");
        fails(sysfs, Errno.EINVAL, VFIO + "/bind", "0000:6b:00.1\n");
    }

    @Test
    void someKernelsRefuseVfsWithoutAnIommu() {
        Sysfs sysfs = simulator("vfsWithoutIommu: refuse", "device: 4940, iommu: no").sysfs();

        fails(sysfs, Errno.EINVAL, PF + "/sriov_numvfs", "16\n");

        assertThat(sysfs.read(PF + "/qat/state")).isEqualTo("up\n");
    }

    @Test
    void olderKernelsRemoveVfsOnlyWithTheState() {
        Sysfs sysfs = simulator("zeroVfs: refuse", "device: 4940, vfs: enabled").sysfs();

        fails(sysfs, Errno.EINVAL, PF + "/sriov_numvfs", "0\n");
        assertThat(sysfs.read(PF + "/sriov_numvfs")).isEqualTo("16\n");
        sysfs.write(PF + "/qat/state", "down\n");

        assertThat(sysfs.read(PF + "/sriov_numvfs")).isEqualTo("0\n");
    }

    @Test
    void withoutIommuVfioMayMakeGroupsOfItsOwn() {
        Simulator simulator = simulator("", "device: 4940, iommu: noiommu");
        List<String> events = listen(simulator);
        Sysfs sysfs = simulator.sysfs();
        sysfs.write(PF + "/sriov_numvfs", "16\n");

        bind(sysfs, "0000:6b:00.1");
        assertThat(sysfs.read("bus/pci/devices/0000:6b:00.1/iommu_group/name")).isEqualTo("vfio-noiommu\n");
        sysfs.write(VFIO + "/unbind", "0000:6b:00.1\n");

        assertThat(events).containsExactly("+noiommu-0", "-noiommu-0");
        assertThat(sysfs.exists("bus/pci/devices/0000:6b:00.1/iommu_group")).isFalse();
    }

    @Test
    void vfsOfOneGroupShareOneNode() {
        Simulator simulator = simulator("", "device: 4940, vfsPerGroup: 2");
        List<String> events = listen(simulator);
        Sysfs sysfs = simulator.sysfs();
        sysfs.write(PF + "/sriov_numvfs", "16\n");

        bind(sysfs, "0000:6b:00.1");
        bind(sysfs, "0000:6b:00.2");
        bind(sysfs, "0000:6b:00.3");
        assertThat(sysfs.list("kernel/iommu_groups/1/devices")).containsExactly("0000:6b:00.1", "0000:6b:00.2");
        sysfs.write(VFIO + "/unbind", "0000:6b:00.1\n");
        sysfs.write(VFIO + "/unbind", "0000:6b:00.2\n");

        assertThat(events).containsExactly("+1", "+2", "-1");
    }

    @Test
    void groupsAreNumberedAnewWhenVfsComeBack() {
        Sysfs sysfs = new Simulator(Scenario.builtIn("two-cards").orElseThrow(), this::now).sysfs();
        sysfs.write(PF + "/sriov_numvfs", "16\n");
        sysfs.write("bus/pci/devices/0000:e8:00.0/sriov_numvfs", "16\n");
        assertThat(sysfs.link("bus/pci/devices/0000:6b:00.1/iommu_group")).contains("kernel/iommu_groups/2");
        sysfs.write("bus/pci/devices/0000:e8:00.0/sriov_numvfs", "0\n");
        sysfs.write(PF + "/sriov_numvfs", "0\n");

        sysfs.write("bus/pci/devices/0000:e8:00.0/sriov_numvfs", "16\n");
        sysfs.write(PF + "/sriov_numvfs", "16\n");

        assertThat(sysfs.link("bus/pci/devices/0000:6b:00.1/iommu_group")).contains("kernel/iommu_groups/18");
    }

    @Test
    void aGen2CardHasNoQatDirectoryAndItsVfsAreOnTheDenylist() {
        Sysfs sysfs = simulator("", "device: 37c8").sysfs();

        sysfs.write(PF + "/sriov_numvfs", "1\n");

        assertThat(sysfs.exists(PF + "/qat")).isFalse();
        assertThat(sysfs.exists("kernel/debug/qat_c6xx_0000:6b:00.0/fw_counters")).isTrue();
        assertThat(sysfs.link(PF + "/virtfn0")).contains("devices/pci0000:6b/0000:6b:01.0");
        assertThat(sysfs.link(PF + "/virtfn0/driver")).as("the tree has a driver for these VFs").contains("bus/pci/drivers/c6xxvf");
        sysfs.write("bus/pci/drivers/c6xxvf/unbind", "0000:6b:01.0\n");
        sysfs.write(PF + "/virtfn0/driver_override", "vfio-pci\n");
        fails(sysfs, Errno.EINVAL, VFIO + "/bind", "0000:6b:01.0\n");
    }

    @Test
    void theDenylistCanBeDisabled() {
        Sysfs sysfs = simulator("disableDenylist: yes", "device: 37c8, vfs: bound").sysfs();

        assertThat(sysfs.link(PF + "/virtfn15/driver")).contains("bus/pci/drivers/vfio-pci");
    }

    @Test
    void theOutOfTreeStackTakesNewVfsFirst() {
        Sysfs sysfs = simulator("vfDrivers: out-of-tree", "device: 4942").sysfs();

        sysfs.write(PF + "/sriov_numvfs", "16\n");
        assertThat(sysfs.link(PF + "/virtfn0/driver")).as("one driver for 4940, 4942 and 4944").isEmpty();
        Sysfs first = simulator("vfDrivers: out-of-tree", "device: 4940, vfs: enabled").sysfs();

        assertThat(first.link(PF + "/virtfn0/driver")).contains("bus/pci/drivers/4xxxvf");
    }

    @Test
    void aCardBehindABridgeIsFoundUnderItAndItsDebugfsIsNot() {
        Sysfs sysfs = simulator("", "device: 4940, bridges: [0000:6a:01.0]").sysfs();

        assertThat(sysfs.link(PF)).contains("devices/pci0000:6a/0000:6a:01.0/0000:6b:00.0");
        assertThat(sysfs.read("bus/pci/devices/0000:6a:01.0/class")).isEqualTo("0x060400\n");
        assertThat(sysfs.exists(HEARTBEAT + "status")).isTrue();
    }

    @Test
    void theHeartbeatAnswersAgainAfterItsPeriod() {
        Simulator simulator = simulator("", "device: 4940");
        Sysfs sysfs = simulator.sysfs();
        assertThat(sysfs.read(HEARTBEAT + "status")).isEqualTo("0\n\0");
        millis.addAndGet(199);
        assertThat(sysfs.read(HEARTBEAT + "status")).isEqualTo("-1\n\0");
        millis.addAndGet(1);
        assertThat(sysfs.read(HEARTBEAT + "status")).isEqualTo("0\n\0");
        sysfs.write(HEARTBEAT + "config", "1000\n");
        assertThat(sysfs.read(HEARTBEAT + "config")).as("fixed on Gen4").isEqualTo("200\n\0");
        fails(sysfs, Errno.EINVAL, HEARTBEAT + "config", "199\n");
    }

    @Test
    void onlyARealFailureOfTheFirmwareIsCounted() {
        Simulator simulator = simulator("", "device: 4940");
        Sysfs sysfs = simulator.sysfs();
        simulator.alive("0000:6b:00.0", false);

        assertThat(sysfs.read(HEARTBEAT + "status")).isEqualTo("-1\n\0");
        assertThat(sysfs.read(HEARTBEAT + "status")).isEqualTo("-1\n\0");

        assertThat(sysfs.read(HEARTBEAT + "queries_sent")).isEqualTo("1\n\0");
        assertThat(sysfs.read(HEARTBEAT + "queries_failed")).isEqualTo("1\n\0");
    }

    @Test
    void workIsCountedUntilTheCardStops() {
        Simulator simulator = simulator("", "device: 4940");
        Sysfs sysfs = simulator.sysfs();
        String counters = "kernel/debug/qat_4xxx_0000:6b:00.0/fw_counters";

        simulator.work("0000:6b:00.0", 17);

        assertThat(sysfs.read(counters).lines().skip(1).limit(2))
                .containsExactly(" 0:                3                3", " 1:                2                2");
        sysfs.write(PF + "/qat/state", "down\n");
        sysfs.write(PF + "/qat/state", "up\n");
        assertThat(sysfs.read(counters)).contains(" 0:                0                0");
    }

    @Test
    void errorsAreCountedUntilTheyAreResetOrTheCardStops() {
        Simulator simulator = simulator("", "device: 4940");
        Sysfs sysfs = simulator.sysfs();
        simulator.error("0000:6b:00.0", HardwareError.FATAL);
        sysfs.write(".simulator/error", "0000:6b:00.0 fatal\n");

        assertThat(sysfs.read(PF + "/qat_ras/errors_fatal")).isEqualTo("2\n");
        assertThat(sysfs.read(PF + "/qat_ras/errors_nonfatal")).isEqualTo("0\n");
        fails(sysfs, Errno.EINVAL, PF + "/qat_ras/reset_error_counters", "1");
        sysfs.write(PF + "/qat_ras/reset_error_counters", "1\n");
        assertThat(sysfs.read(PF + "/qat_ras/errors_fatal")).isEqualTo("0\n");
        simulator.error("0000:6b:00.0", HardwareError.FATAL);
        sysfs.write(PF + "/qat/state", "down\n");
        sysfs.write(PF + "/qat/state", "up\n");
        assertThat(sysfs.read(PF + "/qat_ras/errors_fatal")).isEqualTo("0\n");
    }

    @Test
    void aWriteFailsWhenItWasToldToAndOnlyThen() {
        Simulator simulator = simulator("", "device: 4940, vfs: enabled");
        Sysfs sysfs = simulator.sysfs();
        simulator.failWrite(VFIO + "/bind", 2, Errno.EIO);

        bind(sysfs, "0000:6b:00.1");
        sysfs.write("bus/pci/devices/0000:6b:00.2/driver_override", "vfio-pci\n");
        fails(sysfs, Errno.EIO, VFIO + "/bind", "0000:6b:00.2\n");
        assertThat(sysfs.exists("bus/pci/devices/0000:6b:00.2/driver")).isFalse();
        sysfs.write(VFIO + "/bind", "0000:6b:00.2\n");

        assertThat(sysfs.exists("bus/pci/devices/0000:6b:00.2/driver")).isTrue();
    }

    @Test
    void aWriteTakesItsTimeAndLetsOthersPass() throws InterruptedException {
        Simulator simulator = simulator("", "device: 4940");
        Sysfs sysfs = simulator.sysfs();
        sysfs.write(".simulator/slow", PF + "/sriov_numvfs 1 3600000\n");
        Thread write = Thread.ofPlatform().start(() -> sysfs.write(PF + "/sriov_numvfs", "16\n"));
        while (write.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        assertThat(sysfs.read(PF + "/sriov_numvfs")).isEqualTo("0\n");
        simulator.closeAll();
        write.join();

        assertThat(sysfs.read(PF + "/sriov_numvfs")).isEqualTo("16\n");
    }

    @Test
    void aCardThatVanishesTakesItsVfsAlong() {
        Simulator simulator = simulator("", "device: 4940, vfs: bound");
        Sysfs sysfs = simulator.sysfs();
        sysfs.write(".simulator/vanish", VFIO + "/unbind 2 0000:6b:00.0\n");
        sysfs.write(VFIO + "/unbind", "0000:6b:00.1\n");

        fails(sysfs, Errno.ENODEV, VFIO + "/unbind", "0000:6b:00.2\n");

        assertThat(sysfs.list("bus/pci/devices")).isEmpty();
        assertThat(sysfs.list("kernel/iommu_groups")).isEmpty();
        assertThat(sysfs.list("kernel/debug")).isEmpty();
        fails(sysfs, Errno.EINVAL, ".simulator/vanish", "0000:6c:00.0\n");
        fails(sysfs, Errno.EINVAL, ".simulator/vanish", "0000:6b:00.0 now\n");
        sysfs.write(".simulator/vanish", "0000:6b:00.0\n");
    }

    @Test
    void whatWasWrittenCanBeReadExceptToItsOwnFiles() {
        Sysfs sysfs = simulator("", "device: 4940").sysfs();
        sysfs.write(".simulator/work", "0000:6b:00.0 1\n");
        sysfs.write(PF + "/qat/state", "down\n");

        assertThat(sysfs.read(".simulator/writes")).isEqualTo("down > devices/pci0000:6b/0000:6b:00.0/qat/state\n");
    }

    @Test
    void modulesTellTheParametersTheyWereLoadedWith() {
        Sysfs plain = simulator("", "device: 4940").sysfs();
        Sysfs loose = simulator("disableDenylist: yes", "device: 37c8, iommu: noiommu").sysfs();

        assertThat(plain.read("module/vfio_pci/parameters/disable_denylist")).isEqualTo("N\n");
        assertThat(plain.read("module/vfio/parameters/enable_unsafe_noiommu_mode")).isEqualTo("N\n");
        assertThat(loose.read("module/vfio_pci/parameters/disable_denylist")).isEqualTo("Y\n");
        assertThat(loose.read("module/vfio/parameters/enable_unsafe_noiommu_mode")).isEqualTo("Y\n");
    }

    @Test
    void telemetryCountsPublicKeyWorkWhileSwitchedOn() {
        Simulator simulator = simulator("", "device: 4940, services: asym");
        Sysfs sysfs = simulator.sysfs();
        String telemetry = "kernel/debug/qat_4xxx_0000:6b:00.0/telemetry/";
        assertThatExceptionOfType(SysfsException.class).isThrownBy(() -> sysfs.read(telemetry + "device_data"))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
        fails(sysfs, Errno.EINVAL, telemetry + "control", "5\n");

        sysfs.write(telemetry + "control", "1\n");
        simulator.work("0000:6b:00.0", 7);
        sysfs.write(telemetry + "rp_B_data", "63\n");

        assertThat(sysfs.read(telemetry + "device_data")).contains("exec_pke0                                 2\n", "exec_pke5                                 1\n");
        assertThat(sysfs.read(telemetry + "rp_B_data")).startsWith("rp_num                                   63\nservice_type                           asym\n");
        fails(sysfs, Errno.EINVAL, telemetry + "rp_A_data", "63\n");
        fails(sysfs, Errno.EINVAL, telemetry + "rp_A_data", "64\n");
        sysfs.write(PF + "/qat/state", "down\n");
        assertThat(sysfs.exists(telemetry)).isFalse();
    }

    @Test
    void unbindingAnOpenDeviceWaitsUntilItIsClosedAndLetsOthersPass() throws InterruptedException {
        Simulator simulator = simulator("", "device: 4940, vfs: bound");
        Sysfs sysfs = simulator.sysfs();
        Simulator.Hold hold = simulator.open("0000:6b:00.1");
        Thread unbind = Thread.ofPlatform().start(() -> sysfs.write(VFIO + "/unbind", "0000:6b:00.1\n"));
        while (unbind.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        sysfs.write(VFIO + "/unbind", "0000:6b:00.2\n");
        assertThat(sysfs.exists("bus/pci/devices/0000:6b:00.1/driver")).isTrue();
        hold.close();
        unbind.join();

        assertThat(sysfs.exists("bus/pci/devices/0000:6b:00.1/driver")).isFalse();
    }

    @Test
    void takingDownACardWithAnOpenVfWaitsForItsHolder() throws InterruptedException {
        Simulator simulator = simulator("", "device: 4940, vfs: bound");
        Sysfs sysfs = simulator.sysfs();
        Simulator.Hold hold = simulator.open("0000:6b:00.3");
        Thread down = Thread.ofPlatform().start(() -> sysfs.write(PF + "/qat/state", "down\n"));
        while (down.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        hold.close();
        down.join();

        assertThat(sysfs.list("bus/pci/devices")).containsExactly("0000:6b:00.0");
        assertThat(sysfs.read(PF + "/sriov_numvfs")).isEqualTo("0\n");
    }

    @Test
    void whatAShellCanDoToHardwareIsWrittenToTheControlFiles() {
        Sysfs sysfs = simulator("", "device: 4940").sysfs();

        sysfs.write(".simulator/busy", "0000:6b:00.0 on\n");
        fails(sysfs, Errno.EBUSY, PF + "/qat/state", "down\n");
        sysfs.write(".simulator/busy", "0000:6b:00.0 off\n");
        sysfs.write(".simulator/fail", PF + "/qat/state 1 ENOMEM\n");
        fails(sysfs, Errno.ENOMEM, PF + "/qat/state", "down\n");
        fails(sysfs, Errno.EINVAL, ".simulator/busy", "0000:99:00.0 on\n");
        fails(sysfs, Errno.EINVAL, ".simulator/fail", "nothing 1 EWHAT\n");
    }

    private static List<String> listen(Simulator simulator) {
        List<String> events = new ArrayList<>();
        simulator.listen(new VfioGroupListener() {
            @Override
            public void appeared(String node) {
                events.add("+" + node);
            }

            @Override
            public void vanished(String node) {
                events.add("-" + node);
            }
        });
        return events;
    }
}
