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

/// What holds for a QAT card behind every [Sysfs]. Whoever extends this gives each test a machine with a card that is up, has the services `sym;asym`, an
/// IOMMU, and no VFs yet, which no driver takes by itself.
public abstract class SysfsContract {
    protected static final String DEVICES = "bus/pci/devices/";
    private static final String VFIO = "bus/pci/drivers/vfio-pci";
    private static final String DEBUG = "kernel/debug/qat_4xxx_0000:6b:00.0";

    /// The machine's card, by what differs from card to card.
    ///
    /// @param pf the PF's address
    /// @param firstVf the address that the first VF will have
    /// @param lastVf the address that the last VF will have
    /// @param parent the directory in which the kernel keeps all of them
    /// @param driver the PF's driver
    /// @param vfDevice the device id of the VFs, in four digits
    /// @param totalVfs how many VFs there can be
    public record Card(String pf, String firstVf, String lastVf, String parent, String driver, String vfDevice, int totalVfs) {}

    /// The built-in scenario's: a 4xxx with 16 VFs.
    private static final Card GEN4 = new Card("0000:6b:00.0", "0000:6b:00.1", "0000:6b:02.0", "devices/pci0000:6b", "4xxx", "4941", 16);

    private final Card card;
    private final String pf;
    private final String vf;
    private final String all;
    private final String ids;

    protected SysfsContract() {
        this(GEN4);
    }

    protected SysfsContract(Card card) {
        this.card = card;
        this.pf = DEVICES + card.pf();
        this.vf = DEVICES + card.firstVf();
        this.all = card.totalVfs() + "\n";
        this.ids = "8086 " + card.vfDevice() + "\n";
    }

    protected abstract Sysfs sysfs();

    private List<String> devices() {
        return sysfs().list("bus/pci/devices");
    }

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
        assertThat(sysfs().read(pf + "/vendor")).isEqualTo("0x8086\n");
        assertThat(sysfs().read(pf + "/device")).isEqualTo("0x4940\n");
        assertThat(sysfs().read(pf + "/class")).isEqualTo("0x0b4000\n");
        assertThat(sysfs().read(pf + "/numa_node")).isEqualTo("0\n");
        assertThat(sysfs().read(pf + "/sriov_totalvfs")).isEqualTo("16\n");
        assertThat(sysfs().read(pf + "/sriov_numvfs")).isEqualTo("0\n");
        assertThat(sysfs().read(pf + "/qat/state")).isEqualTo("up\n");
        assertThat(sysfs().read(pf + "/qat/cfg_services")).isEqualTo("sym;asym\n");
        assertThat(sysfs().read(pf + "/qat/num_rps")).isEqualTo("64\n");
        assertThat(sysfs().read(pf + "/driver_override")).isEqualTo("(null)\n");
    }

    @Test
    void linksLeadToThePlaceWithoutLinks() {
        assertThat(sysfs().link(pf)).contains(card.parent() + "/" + card.pf());
        assertThat(sysfs().link(pf + "/driver")).contains("bus/pci/drivers/" + card.driver());
        String group = sysfs().link(pf + "/iommu_group").orElseThrow();
        assertThat(group).matches("kernel/iommu_groups/[0-9]+");
        assertThat(sysfs().link("bus/pci/drivers/" + card.driver() + "/" + card.pf())).contains(card.parent() + "/" + card.pf());
        assertThat(sysfs().link(group + "/devices/" + card.pf() + "/iommu_group/devices/" + card.pf()))
                .contains(card.parent() + "/" + card.pf());
        assertThat(sysfs().link(pf + "/vendor")).isEqualTo(Optional.empty());
        assertThat(sysfs().link(pf + "/nothing")).isEqualTo(Optional.empty());
        assertThatExceptionOfType(SysfsException.class)
                .isThrownBy(() -> sysfs().link(pf + "/nothing/driver"))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
        assertThat(sysfs().exists(pf + "/driver/bind")).isTrue();
        assertThat(sysfs().exists(pf + "/virtfn0")).isFalse();
    }

    @Test
    void aWrongKindOfFileIsRefusedAsTheKernelDoes() {
        readFails(Errno.ENOENT, pf + "/nothing");
        readFails(Errno.ENOTDIR, pf + "/vendor/nothing");
        readFails(Errno.EISDIR, pf + "/driver");
        readFails(Errno.EACCES, VFIO + "/bind");
        writeFails(Errno.ENOENT, pf + "/nothing", "1\n");
        writeFails(Errno.EACCES, pf + "/vendor", "1\n");
        assertThatExceptionOfType(SysfsException.class)
                .isThrownBy(() -> sysfs().list(pf + "/vendor"))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOTDIR));
    }

    @Test
    void anyNumberOfVfsEnablesAllOfThem() {
        sysfs().write(pf + "/sriov_numvfs", "4\n");

        assertThat(sysfs().read(pf + "/sriov_numvfs")).isEqualTo("16\n");
        assertThat(sysfs().list(pf).stream().filter(name -> name.startsWith("virtfn"))).hasSize(16);
        assertThat(sysfs().link(pf + "/virtfn0")).contains("devices/pci0000:6b/0000:6b:00.1");
        assertThat(sysfs().link(pf + "/virtfn7")).contains("devices/pci0000:6b/0000:6b:01.0");
        assertThat(sysfs().link(pf + "/virtfn15")).contains("devices/pci0000:6b/0000:6b:02.0");
        assertThat(sysfs().link(vf + "/physfn")).contains(card.parent() + "/" + card.pf());
        assertThat(sysfs().read(vf + "/device")).isEqualTo("0x4941\n");
        assertThat(sysfs().exists(vf + "/driver")).isFalse();
        assertThat(sysfs().exists(vf + "/qat")).isFalse();
        assertThat(IntStream.range(0, 16).mapToObj(i -> sysfs().link(pf + "/virtfn" + i + "/iommu_group").orElseThrow()).distinct()).hasSize(16);
        assertThat(sysfs().read(pf + "/qat/state")).isEqualTo("up\n");
    }

    @Test
    void aNumberOfVfsCannotBeChangedToAnotherButZero() {
        sysfs().write(pf + "/sriov_numvfs", all);
        List<String> groups = sysfs().list("kernel/iommu_groups");

        writeFails(Errno.EBUSY, pf + "/sriov_numvfs", "4\n");
        sysfs().write(pf + "/sriov_numvfs", all);
        assertThat(sysfs().read(pf + "/sriov_numvfs")).isEqualTo(all);
        assertThat(devices()).contains(card.firstVf(), card.lastVf());
        sysfs().write(pf + "/sriov_numvfs", "0\n");
        assertThat(sysfs().read(pf + "/sriov_numvfs")).isEqualTo("0\n");
        assertThat(devices()).contains(card.pf()).doesNotContain(card.firstVf(), card.lastVf());
        assertThat(sysfs().list("kernel/iommu_groups")).hasSize(groups.size() - card.totalVfs());
    }

    @Test
    void aCardStaysUpWhenItsVfsGo() {
        sysfs().write(pf + "/sriov_numvfs", all);

        sysfs().write(pf + "/sriov_numvfs", "0\n");

        assertThat(sysfs().read(pf + "/qat/state")).isEqualTo("up\n");
    }

    @Test
    void aNumberOfVfsPastTheTotalIsRefused() {
        writeFails(Errno.ERANGE, pf + "/sriov_numvfs", card.totalVfs() + 1 + "\n");
        writeFails(Errno.EINVAL, pf + "/sriov_numvfs", "-1\n");
        writeFails(Errno.EINVAL, pf + "/sriov_numvfs", "many\n");
        writeFails(Errno.EINVAL, pf + "/sriov_numvfs", "70000\n");
        assertThat(sysfs().read(pf + "/sriov_numvfs")).isEqualTo("0\n");
    }

    @Test
    void vfsBringTheCardUpByThemselves() {
        sysfs().write(pf + "/qat/state", "down\n");

        sysfs().write(pf + "/sriov_numvfs", "16\n");

        assertThat(sysfs().read(pf + "/qat/state")).isEqualTo("up\n");
    }

    @Test
    void noVfsAskedOfACardWithoutVfsLeavesItDown() {
        sysfs().write(pf + "/qat/state", "down\n");

        sysfs().write(pf + "/sriov_numvfs", "0\n");

        assertThat(sysfs().read(pf + "/qat/state")).isEqualTo("down\n");
    }

    @Test
    void takingTheCardDownDestroysItsVfsAndUpDoesNotBringThemBack() {
        sysfs().write(pf + "/sriov_numvfs", "16\n");

        sysfs().write(pf + "/qat/state", "down\n");

        assertThat(sysfs().read(pf + "/sriov_numvfs")).isEqualTo("0\n");
        assertThat(sysfs().exists(vf)).isFalse();
        assertThat(sysfs().exists(pf + "/qat_ras")).isFalse();
        assertThat(sysfs().list(DEBUG)).containsExactly("dev_cfg");
        sysfs().write(pf + "/qat/state", "up\n");
        assertThat(sysfs().read(pf + "/sriov_numvfs")).isEqualTo("0\n");
        assertThat(sysfs().list(DEBUG)).containsExactly("dev_cfg", "fw_counters", "heartbeat", "telemetry");
        writeFails(Errno.EINVAL, pf + "/qat/state", "sideways\n");
    }

    @Test
    void servicesChangeOnlyWhileTheCardIsDown() {
        writeFails(Errno.EINVAL, pf + "/qat/cfg_services", "dc\n");
        sysfs().write(pf + "/qat/state", "down\n");
        writeFails(Errno.EINVAL, pf + "/qat/cfg_services", "tls\n");
        sysfs().write(pf + "/qat/cfg_services", "dc\n");
        sysfs().write(pf + "/qat/state", "up\n");

        assertThat(sysfs().read(pf + "/qat/cfg_services")).isEqualTo("dc\n");
        assertThat(sysfs().read(DEBUG + "/dev_cfg")).contains("ServicesEnabled = dc\n");
    }

    @Test
    void aRingPairsServiceIsReadAfterItWasChosen() {
        readFails(Errno.EINVAL, pf + "/qat/rp2srv");
        writeFails(Errno.EINVAL, pf + "/qat/rp2srv", "64\n");
        sysfs().write(pf + "/qat/rp2srv", "2\n");
        assertThat(sysfs().read(pf + "/qat/rp2srv")).isEqualTo("asym\n");
        sysfs().write(pf + "/qat/rp2srv", "3\n");
        assertThat(sysfs().read(pf + "/qat/rp2srv")).isEqualTo("sym\n");
    }

    @Test
    void autoResetTakesLettersAndReadsAsAWord() {
        assertThat(sysfs().read(pf + "/qat/auto_reset")).isEqualTo("off\n");
        sysfs().write(pf + "/qat/auto_reset", "1\n");
        assertThat(sysfs().read(pf + "/qat/auto_reset")).isEqualTo("on\n");
        writeFails(Errno.EINVAL, pf + "/qat/auto_reset", "maybe\n");
    }

    @Test
    void aVfIsBoundOnlyWithAnOverride() {
        sysfs().write(pf + "/sriov_numvfs", all);

        writeFails(Errno.ENODEV, VFIO + "/bind", card.firstVf() + "\n");
        sysfs().write(vf + "/driver_override", "vfio-pci\n");
        sysfs().write(VFIO + "/bind", card.firstVf() + "\n");

        assertThat(sysfs().link(vf + "/driver")).contains("bus/pci/drivers/vfio-pci");
        assertThat(sysfs().link(VFIO + "/" + card.firstVf())).contains(card.parent() + "/" + card.firstVf());
        assertThat(sysfs().list(vf + "/vfio-dev")).containsExactly("vfio0");
        writeFails(Errno.EBUSY, VFIO + "/bind", card.firstVf() + "\n");
        writeFails(Errno.ENODEV, VFIO + "/bind", "0000:6b:09.1\n");
    }

    @Test
    void anOverrideToAnotherDriverKeepsThisOneOut() {
        sysfs().write(pf + "/sriov_numvfs", all);
        sysfs().write(VFIO + "/new_id", ids);
        sysfs().write(VFIO + "/unbind", card.firstVf() + "\n");
        sysfs().write(vf + "/driver_override", "igb_uio\n");

        writeFails(Errno.ENODEV, VFIO + "/bind", card.firstVf() + "\n");
        sysfs().write(vf + "/driver_override", "\n");
        sysfs().write(VFIO + "/bind", card.firstVf() + "\n");

        assertThat(sysfs().read(vf + "/driver_override")).isEqualTo("(null)\n");
    }

    @Test
    void aNewIdBindsEveryFreeVfAndCannotBeGivenTwice() {
        sysfs().write(pf + "/sriov_numvfs", all);

        sysfs().write(VFIO + "/new_id", ids);

        assertThat(sysfs().list(VFIO).stream().filter(name -> name.startsWith("0000:"))).hasSize(card.totalVfs());
        writeFails(Errno.EEXIST, VFIO + "/new_id", ids);
        writeFails(Errno.EINVAL, VFIO + "/new_id", "8086\n");
        sysfs().write(VFIO + "/remove_id", ids);
        writeFails(Errno.ENODEV, VFIO + "/remove_id", ids);
    }

    @Test
    void onlyTheDriverThatHoldsADeviceCanLetItGo() {
        sysfs().write(pf + "/sriov_numvfs", all);
        sysfs().write(vf + "/driver_override", "vfio-pci\n");
        writeFails(Errno.ENODEV, VFIO + "/unbind", card.firstVf() + "\n");
        sysfs().write(VFIO + "/bind", card.firstVf() + "\n");
        writeFails(Errno.ENODEV, "bus/pci/drivers/" + card.driver() + "/unbind", card.firstVf() + "\n");

        sysfs().write(vf + "/driver/unbind", card.firstVf() + "\n");

        assertThat(sysfs().exists(vf + "/driver")).isFalse();
        assertThat(sysfs().exists(vf + "/vfio-dev")).isFalse();
    }

    @Test
    void aCardWithoutItsDriverHasNoQatFilesAndNoVfs() {
        sysfs().write(pf + "/sriov_numvfs", all);

        sysfs().write("bus/pci/drivers/" + card.driver() + "/unbind", card.pf() + "\n");

        assertThat(sysfs().exists(pf + "/qat")).isFalse();
        assertThat(sysfs().exists(DEBUG)).isFalse();
        assertThat(devices()).contains(card.pf()).doesNotContain(card.firstVf());
        writeFails(Errno.ENOENT, pf + "/sriov_numvfs", all);
        sysfs().write("bus/pci/drivers/" + card.driver() + "/bind", card.pf() + "\n");
        assertThat(sysfs().link(pf + "/driver")).contains("bus/pci/drivers/" + card.driver());
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
