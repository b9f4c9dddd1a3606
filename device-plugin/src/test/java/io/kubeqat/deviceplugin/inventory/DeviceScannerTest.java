package io.kubeqat.deviceplugin.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.kubeqat.deviceplugin.NodeTree;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.QatModels;
import io.kubeqat.sysfs.LinuxSysfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceScannerTest {
    private static final ResourceName CY = new ResourceName("qat.intel.com", "cy");
    private static final String FIRST = NodeTree.address("4b", 1);

    @TempDir
    Path directory;

    private final AtomicLong now = new AtomicLong();
    private NodeTree node;
    private DeviceScanner scanner;
    private Inventory first;

    @BeforeEach
    void scanOnce() {
        node = new NodeTree(directory).card("4b", "sym;asym", 0, 2);
        scanner = new DeviceScanner(new LinuxSysfs(node.sysfs()), QatModels.known(), node.vfio(), "qat.intel.com",
                CardMonitor.asking(new LinuxSysfs(node.sysfs()), new Tolerance(2, 2), Duration.ofSeconds(1), now::get), now::get);
        first = scanner.scan(Inventory.EMPTY);
    }

    @Test
    void sameNodeIsTheSameInventory() {
        assertThat(first.devices(CY)).hasSize(2).allMatch(Device::isHealthy);
        assertThat(rescan()).isEqualTo(first);
    }

    @Test
    void noticesAtOnceWhatChangesAfterManyLooks() {
        rescan();
        rescan();

        node.unbind(FIRST);
        assertThat(health(rescan())).containsExactly(Health.unhealthy("bound to no driver instead of vfio-pci"), Health.HEALTHY);
        node.removeNode(101);
        assertThat(health(rescan())).containsExactly(
                Health.unhealthy("bound to no driver instead of vfio-pci"), Health.unhealthy(node.vfio() + "/101 does not exist"));
        node.addNode(101);
        node.state("4b", "down");
        assertThat(health(rescan())).containsOnly(Health.unhealthy("its PF 0000:4b:00.0 is down"));
        node.state("4b", "up");
        assertThat(health(rescan())).containsExactly(Health.unhealthy("bound to no driver instead of vfio-pci"), Health.HEALTHY);
        node.remove("4b", 2);
        assertThat(health(rescan())).containsExactly(Health.unhealthy("bound to no driver instead of vfio-pci"), Health.unhealthy("vanished"));
        node.card("8a", "sym;asym", 1, 1);
        assertThat(rescan().devices(CY)).hasSize(3);
    }

    @Test
    void noticesInTheEndWhatGivesNoSign() {
        rescan();
        node.removeGroup(FIRST);

        assertThat(health(rescan())).containsOnly(Health.HEALTHY);
        now.addAndGet(DeviceScanner.READING_LASTS.toNanos());

        assertThat(health(rescan())).containsExactly(Health.unhealthy("in no IOMMU group; is the IOMMU on?"), Health.HEALTHY);
    }

    @Test
    void followsTheHeartbeatOfTheCard() {
        node.heartbeat("4b", true, 1, 0);
        assertThat(health(afterSecond())).containsOnly(Health.HEALTHY);
        node.heartbeat("4b", false, 2, 1);
        assertThat(health(afterSecond())).containsOnly(Health.HEALTHY);
        node.heartbeat("4b", false, 3, 2);
        assertThat(health(afterSecond())).containsOnly(Health.unhealthy("its PF 0000:4b:00.0 does not answer the heartbeat"));
        node.heartbeat("4b", true, 4, 2);
        assertThat(health(afterSecond())).noneMatch(Health.HEALTHY::equals);
        assertThat(health(afterSecond())).containsOnly(Health.HEALTHY);
    }

    @Test
    void groupWithStrangerIsNotOffered() {
        node.join(100, "0000:4b:1f.0", "0x020000");
        node.join(101, "0000:4a:00.0", "0x060400");

        assertThat(health(rescan())).containsExactly(
                Health.unhealthy("shares IOMMU group 100 with 0000:4b:1f.0, which is no QAT VF"), Health.HEALTHY);
    }

    @Test
    void groupThatCouldNotBeReadIsAskedForAgainAtTheNextLook() throws IOException {
        node = new NodeTree(directory.resolve("other")).card("4b", "sym;asym", 0, 2);
        Path members = node.sysfs().resolve("kernel/iommu_groups/100/devices");
        Path away = node.sysfs().resolve("kernel/iommu_groups/100/away");
        Files.move(members, away);
        LinuxSysfs sysfs = new LinuxSysfs(node.sysfs());
        scanner = new DeviceScanner(sysfs, QatModels.known(), node.vfio(), "qat.intel.com", CardMonitor.silent(sysfs), now::get);
        first = scanner.scan(Inventory.EMPTY);
        rescan();
        assertThat(rescan().devices(CY)).extracting(Device::isHealthy).containsExactly(false, true);
        assertThat(first.devices(CY).getFirst().health().reason().orElseThrow()).startsWith("who else is in IOMMU group 100 is not known: ");

        Files.move(away, members);

        assertThat(health(rescan())).containsOnly(Health.HEALTHY);
    }

    @Test
    void vfThatWasNeverReadableIsUnhealthyUnderTheNameOfItsCard() {
        node = new NodeTree(directory.resolve("other")).card("4b", "dc", 0, 2);
        node.spoil(FIRST);
        Inventory inventory = fresh();

        assertThat(inventory.devices(new ResourceName("qat.intel.com", "dc"))).extracting(Device::id, Device::isHealthy).containsExactly(
                tuple(FIRST, false), tuple(NodeTree.address("4b", 2), true));
        assertThat(inventory.unnamed()).isEmpty();
    }

    @Test
    void vfsOfCardThatWasNeverReadableAreNamedWithTheReason() {
        node = new NodeTree(directory.resolve("other")).card("4b", "dc", 0, 1);
        node.spoilCard("4b");
        Inventory inventory = fresh();

        assertThat(inventory.resources()).isEmpty();
        assertThat(inventory.unnamed()).containsOnlyKeys(PciAddress.parse("0000:4b:00.0"), PciAddress.parse(FIRST));
        assertThat(inventory.unnamed().get(PciAddress.parse(FIRST))).startsWith("its PF 0000:4b:00.0 cannot be read: ").contains("cfg_services");
    }

    private Inventory fresh() {
        LinuxSysfs sysfs = new LinuxSysfs(node.sysfs());
        return new DeviceScanner(sysfs, QatModels.known(), node.vfio(), "qat.intel.com", CardMonitor.silent(sysfs), now::get).scan(Inventory.EMPTY);
    }

    private Inventory afterSecond() {
        now.addAndGet(1_000_000_000);
        return rescan();
    }

    private Inventory rescan() {
        first = scanner.scan(first);
        return first;
    }

    private static List<Health> health(Inventory inventory) {
        return inventory.devices(CY).stream().map(Device::health).toList();
    }
}
