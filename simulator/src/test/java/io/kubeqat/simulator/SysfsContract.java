package io.kubeqat.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What holds for a QAT card behind every [Sysfs]. Whoever extends this gives each test a machine with one Gen4 card at 0000:6b:00.0 that is up, has the
/// services `sym;asym`, an IOMMU, 16 possible VFs and none yet.
public abstract class SysfsContract {
    protected static final String DEVICES = "bus/pci/devices/";
    protected static final String PF = DEVICES + "0000:6b:00.0";
    protected static final String VF = DEVICES + "0000:6b:00.1";
    private static final String VFIO = "bus/pci/drivers/vfio-pci";
    private static final String DEBUG = "kernel/debug/qat_4xxx_0000:6b:00.0";

    protected abstract Sysfs sysfs();

    private void writeFails(Errno errno, String path, String value) {
        assertThatExceptionOfType(SysfsException.class)
                .isThrownBy(() -> sysfs().write(path, value))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno))
                .withMessageStartingWith("cannot write \"" + value.strip() + "\" to ")
                .withMessageEndingWith(errno.text());
    }

    private void readFails(Errno errno, String path) {
        assertThatExceptionOfType(SysfsException.class)
                .isThrownBy(() -> sysfs().read(path))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void aCardSaysWhatItIs() {
        assertThat(sysfs().list("bus/pci/devices")).containsExactly("0000:6b:00.0");
        assertThat(sysfs().read(PF + "/vendor")).isEqualTo("0x8086\n");
        assertThat(sysfs().read(PF + "/device")).isEqualTo("0x4940\n");
        assertThat(sysfs().read(PF + "/class")).isEqualTo("0x0b4000\n");
        assertThat(sysfs().read(PF + "/numa_node")).isEqualTo("0\n");
        assertThat(sysfs().read(PF + "/sriov_totalvfs")).isEqualTo("16\n");
        assertThat(sysfs().read(PF + "/sriov_numvfs")).isEqualTo("0\n");
        assertThat(sysfs().read(PF + "/qat/state")).isEqualTo("up\n");
        assertThat(sysfs().read(PF + "/qat/cfg_services")).isEqualTo("sym;asym\n");
        assertThat(sysfs().read(PF + "/qat/num_rps")).isEqualTo("64\n");
        assertThat(sysfs().read(PF + "/driver_override")).isEqualTo("(null)\n");
    }

    @Test
    void linksLeadToThePlaceWithoutLinks() {
        assertThat(sysfs().link(PF)).contains("devices/pci0000:6b/0000:6b:00.0");
        assertThat(sysfs().link(PF + "/driver")).contains("bus/pci/drivers/4xxx");
        assertThat(sysfs().link(PF + "/iommu_group")).contains("kernel/iommu_groups/0");
        assertThat(sysfs().link("bus/pci/drivers/4xxx/0000:6b:00.0")).contains("devices/pci0000:6b/0000:6b:00.0");
        assertThat(sysfs().link("kernel/iommu_groups/0/devices/0000:6b:00.0/iommu_group/devices/0000:6b:00.0"))
                .contains("devices/pci0000:6b/0000:6b:00.0");
        assertThat(sysfs().link(PF + "/vendor")).isEqualTo(Optional.empty());
        assertThat(sysfs().link(PF + "/nothing")).isEqualTo(Optional.empty());
        assertThat(sysfs().exists(PF + "/driver/bind")).isTrue();
        assertThat(sysfs().exists(PF + "/virtfn0")).isFalse();
    }

    @Test
    void aWrongKindOfFileIsRefusedAsTheKernelDoes() {
        readFails(Errno.ENOENT, PF + "/nothing");
        readFails(Errno.ENOTDIR, PF + "/vendor/nothing");
        readFails(Errno.EISDIR, PF + "/qat");
        readFails(Errno.EACCES, VFIO + "/bind");
        writeFails(Errno.ENOENT, PF + "/nothing", "1\n");
        writeFails(Errno.EACCES, PF + "/vendor", "1\n");
        assertThatExceptionOfType(SysfsException.class)
                .isThrownBy(() -> sysfs().list(PF + "/vendor"))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOTDIR));
    }

    @Test
    void anyNumberOfVfsEnablesAllOfThem() {
        sysfs().write(PF + "/sriov_numvfs", "4\n");

        assertThat(sysfs().read(PF + "/sriov_numvfs")).isEqualTo("16\n");
        assertThat(sysfs().list(PF).stream().filter(name -> name.startsWith("virtfn"))).hasSize(16);
        assertThat(sysfs().link(PF + "/virtfn0")).contains("devices/pci0000:6b/0000:6b:00.1");
        assertThat(sysfs().link(PF + "/virtfn7")).contains("devices/pci0000:6b/0000:6b:01.0");
        assertThat(sysfs().link(PF + "/virtfn15")).contains("devices/pci0000:6b/0000:6b:02.0");
        assertThat(sysfs().link(VF + "/physfn")).contains("devices/pci0000:6b/0000:6b:00.0");
        assertThat(sysfs().read(VF + "/device")).isEqualTo("0x4941\n");
        assertThat(sysfs().exists(VF + "/driver")).isFalse();
        assertThat(sysfs().exists(VF + "/qat")).isFalse();
        assertThat(IntStream.range(0, 16).mapToObj(i -> sysfs().link(PF + "/virtfn" + i + "/iommu_group").orElseThrow()).distinct()).hasSize(16);
        assertThat(sysfs().read(PF + "/qat/state")).isEqualTo("up\n");
    }

    @Test
    void aNumberOfVfsCannotBeChangedToAnotherButZero() {
        sysfs().write(PF + "/sriov_numvfs", "16\n");

        writeFails(Errno.EBUSY, PF + "/sriov_numvfs", "4\n");
        sysfs().write(PF + "/sriov_numvfs", "16\n");
        assertThat(sysfs().read(PF + "/sriov_numvfs")).isEqualTo("16\n");
        sysfs().write(PF + "/sriov_numvfs", "0\n");
        assertThat(sysfs().read(PF + "/sriov_numvfs")).isEqualTo("0\n");
        assertThat(sysfs().list("bus/pci/devices")).containsExactly("0000:6b:00.0");
        assertThat(sysfs().list("kernel/iommu_groups")).containsExactly("0");
        assertThat(sysfs().read(PF + "/qat/state")).isEqualTo("up\n");
    }

    @Test
    void aNumberOfVfsPastTheTotalIsRefused() {
        writeFails(Errno.ERANGE, PF + "/sriov_numvfs", "17\n");
        writeFails(Errno.EINVAL, PF + "/sriov_numvfs", "-1\n");
        writeFails(Errno.EINVAL, PF + "/sriov_numvfs", "many\n");
        writeFails(Errno.EINVAL, PF + "/sriov_numvfs", "70000\n");
        assertThat(sysfs().read(PF + "/sriov_numvfs")).isEqualTo("0\n");
    }

    @Test
    void vfsBringTheCardUpByThemselves() {
        sysfs().write(PF + "/qat/state", "down\n");

        sysfs().write(PF + "/sriov_numvfs", "16\n");

        assertThat(sysfs().read(PF + "/qat/state")).isEqualTo("up\n");
    }

    @Test
    void noVfsAskedOfACardWithoutVfsLeavesItDown() {
        sysfs().write(PF + "/qat/state", "down\n");

        sysfs().write(PF + "/sriov_numvfs", "0\n");

        assertThat(sysfs().read(PF + "/qat/state")).isEqualTo("down\n");
    }

    @Test
    void takingTheCardDownDestroysItsVfsAndUpDoesNotBringThemBack() {
        sysfs().write(PF + "/sriov_numvfs", "16\n");

        sysfs().write(PF + "/qat/state", "down\n");

        assertThat(sysfs().read(PF + "/sriov_numvfs")).isEqualTo("0\n");
        assertThat(sysfs().exists(VF)).isFalse();
        assertThat(sysfs().exists(PF + "/qat_ras")).isFalse();
        assertThat(sysfs().list(DEBUG)).containsExactly("dev_cfg");
        sysfs().write(PF + "/qat/state", "up\n");
        assertThat(sysfs().read(PF + "/sriov_numvfs")).isEqualTo("0\n");
        assertThat(sysfs().list(DEBUG)).containsExactly("dev_cfg", "fw_counters", "heartbeat", "telemetry");
        writeFails(Errno.EINVAL, PF + "/qat/state", "sideways\n");
    }

    @Test
    void servicesChangeOnlyWhileTheCardIsDown() {
        writeFails(Errno.EINVAL, PF + "/qat/cfg_services", "dc\n");
        sysfs().write(PF + "/qat/state", "down\n");
        writeFails(Errno.EINVAL, PF + "/qat/cfg_services", "tls\n");
        sysfs().write(PF + "/qat/cfg_services", "dc\n");
        sysfs().write(PF + "/qat/state", "up\n");

        assertThat(sysfs().read(PF + "/qat/cfg_services")).isEqualTo("dc\n");
        assertThat(sysfs().read(DEBUG + "/dev_cfg")).contains("ServicesEnabled = dc\n");
    }

    @Test
    void aRingPairsServiceIsReadAfterItWasChosen() {
        readFails(Errno.EINVAL, PF + "/qat/rp2srv");
        writeFails(Errno.EINVAL, PF + "/qat/rp2srv", "64\n");
        sysfs().write(PF + "/qat/rp2srv", "2\n");
        assertThat(sysfs().read(PF + "/qat/rp2srv")).isEqualTo("asym\n");
        sysfs().write(PF + "/qat/rp2srv", "3\n");
        assertThat(sysfs().read(PF + "/qat/rp2srv")).isEqualTo("sym\n");
    }

    @Test
    void autoResetTakesLettersAndReadsAsAWord() {
        assertThat(sysfs().read(PF + "/qat/auto_reset")).isEqualTo("off\n");
        sysfs().write(PF + "/qat/auto_reset", "1\n");
        assertThat(sysfs().read(PF + "/qat/auto_reset")).isEqualTo("on\n");
        writeFails(Errno.EINVAL, PF + "/qat/auto_reset", "maybe\n");
    }

    @Test
    void aVfIsBoundOnlyWithAnOverride() {
        sysfs().write(PF + "/sriov_numvfs", "16\n");

        writeFails(Errno.ENODEV, VFIO + "/bind", "0000:6b:00.1\n");
        sysfs().write(VF + "/driver_override", "vfio-pci\n");
        sysfs().write(VFIO + "/bind", "0000:6b:00.1\n");

        assertThat(sysfs().link(VF + "/driver")).contains("bus/pci/drivers/vfio-pci");
        assertThat(sysfs().link(VFIO + "/0000:6b:00.1")).contains("devices/pci0000:6b/0000:6b:00.1");
        assertThat(sysfs().list(VF + "/vfio-dev")).containsExactly("vfio0");
        writeFails(Errno.EBUSY, VFIO + "/bind", "0000:6b:00.1\n");
        writeFails(Errno.ENODEV, VFIO + "/bind", "0000:6b:09.1\n");
    }

    @Test
    void anOverrideToAnotherDriverKeepsThisOneOut() {
        sysfs().write(PF + "/sriov_numvfs", "16\n");
        sysfs().write(VFIO + "/new_id", "8086 4941\n");
        sysfs().write(VFIO + "/unbind", "0000:6b:00.1\n");
        sysfs().write(VF + "/driver_override", "igb_uio\n");

        writeFails(Errno.ENODEV, VFIO + "/bind", "0000:6b:00.1\n");
        sysfs().write(VF + "/driver_override", "\n");
        sysfs().write(VFIO + "/bind", "0000:6b:00.1\n");

        assertThat(sysfs().read(VF + "/driver_override")).isEqualTo("(null)\n");
    }

    @Test
    void aNewIdBindsEveryFreeVfAndCannotBeGivenTwice() {
        sysfs().write(PF + "/sriov_numvfs", "16\n");

        sysfs().write(VFIO + "/new_id", "8086 4941\n");

        assertThat(sysfs().list(VFIO).stream().filter(name -> name.startsWith("0000:"))).hasSize(16);
        writeFails(Errno.EEXIST, VFIO + "/new_id", "8086 4941\n");
        writeFails(Errno.EINVAL, VFIO + "/new_id", "8086\n");
        sysfs().write(VFIO + "/remove_id", "8086 4941\n");
        writeFails(Errno.ENODEV, VFIO + "/remove_id", "8086 4941\n");
    }

    @Test
    void onlyTheDriverThatHoldsADeviceCanLetItGo() {
        sysfs().write(PF + "/sriov_numvfs", "16\n");
        sysfs().write(VF + "/driver_override", "vfio-pci\n");
        writeFails(Errno.ENODEV, VFIO + "/unbind", "0000:6b:00.1\n");
        sysfs().write(VFIO + "/bind", "0000:6b:00.1\n");
        writeFails(Errno.ENODEV, "bus/pci/drivers/4xxx/unbind", "0000:6b:00.1\n");

        sysfs().write(VF + "/driver/unbind", "0000:6b:00.1\n");

        assertThat(sysfs().exists(VF + "/driver")).isFalse();
        assertThat(sysfs().exists(VF + "/vfio-dev")).isFalse();
    }

    @Test
    void aCardWithoutItsDriverHasNoQatFilesAndNoVfs() {
        sysfs().write(PF + "/sriov_numvfs", "16\n");

        sysfs().write("bus/pci/drivers/4xxx/unbind", "0000:6b:00.0\n");

        assertThat(sysfs().exists(PF + "/qat")).isFalse();
        assertThat(sysfs().exists(DEBUG)).isFalse();
        assertThat(sysfs().list("bus/pci/devices")).containsExactly("0000:6b:00.0");
        writeFails(Errno.ENOENT, PF + "/sriov_numvfs", "16\n");
        sysfs().write("bus/pci/drivers/4xxx/bind", "0000:6b:00.0\n");
        assertThat(sysfs().read(PF + "/qat/state")).isEqualTo("up\n");
    }

    @Test
    void aHeartbeatIsFollowedByANulByteAndNotAskedForTooOften() {
        List<String> answers = List.of(sysfs().read(DEBUG + "/heartbeat/status"), sysfs().read(DEBUG + "/heartbeat/status"));

        assertThat(answers).containsExactly("0\n\0", "-1\n\0");
        assertThat(sysfs().read(DEBUG + "/heartbeat/queries_sent")).isEqualTo("1\n\0");
        assertThat(sysfs().read(DEBUG + "/heartbeat/queries_failed")).isEqualTo("0\n\0");
        assertThat(sysfs().read(DEBUG + "/heartbeat/config")).isEqualTo("200\n\0");
    }

    @Test
    void firmwareCountersHaveARowForEachEngine() {
        assertThat(sysfs().read(DEBUG + "/fw_counters").lines())
                .hasSize(9)
                .startsWith("AE          Requests        Responses", " 0:                0                0");
    }
}
