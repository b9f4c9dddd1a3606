package io.kubeqat.deviceplugin.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.deviceplugin.NodeTree;
import io.kubeqat.qat.QatModels;
import io.kubeqat.sysfs.LinuxSysfs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceScannerTest {
    private static final ResourceName CY = new ResourceName("qat.intel.com", "cy");
    private static final String FIRST = NodeTree.address("4b", 1);

    @TempDir
    Path directory;

    private NodeTree node;
    private DeviceScanner scanner;
    private Inventory first;

    @BeforeEach
    void scanOnce() {
        node = new NodeTree(directory).card("4b", "sym;asym", 0, 2);
        scanner = new DeviceScanner(new LinuxSysfs(node.sysfs()), QatModels.known(), node.vfio(), "qat.intel.com");
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

        Inventory next = first;
        for (int i = 0; i <= DeviceScanner.LOOKS_PER_READING; i++) {
            next = rescan();
        }

        assertThat(health(next)).containsExactly(Health.unhealthy("in no IOMMU group; is the IOMMU on?"), Health.HEALTHY);
    }

    private Inventory rescan() {
        first = scanner.scan(first);
        return first;
    }

    private static List<Health> health(Inventory inventory) {
        return inventory.devices(CY).stream().map(Device::health).toList();
    }
}
