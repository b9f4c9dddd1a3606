package io.kubeqat.deviceplugin.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubeqat.deviceplugin.allocation.Allocation.DeviceNode;
import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Health;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AllocatorTest {
    private static final ResourceName CY = new ResourceName("qat.intel.com", "cy");
    private static final Device NINE = device(9, new IommuGroup(7, false), Health.HEALTHY);
    private static final Device TEN = device(0x10, new IommuGroup(5, true), Health.HEALTHY);
    private static final Device SICK = device(0x20, new IommuGroup(6, false), Health.unhealthy("vanished"));
    private static final Offer OFFER = new Offer(List.of(TEN, SICK, NINE));

    private final Allocator allocator = new Allocator(Path.of("/dev/vfio"), Optional.empty());

    @Test
    void givesEachNodeOnceAndNumbersInTheOrderOfAddresses() {
        Allocation allocation = allocator.allocate(CY, OFFER, List.of(TEN.id(), NINE.id(), NINE.id()));

        assertThat(allocation).isEqualTo(new Allocation(
                List.of(same("/dev/vfio/vfio"), same("/dev/vfio/7"), same("/dev/vfio/noiommu-5")),
                List.of(),
                new TreeMap<>(Map.of("QAT0", NINE.id(), "QAT1", TEN.id(), "QAT_POLICY", "2", "QAT_DEVICES_CY", NINE.id() + "," + TEN.id()))));
    }

    @Test
    void variableOfEachNameCollidesWithNoOther() {
        ResourceName asymDc = new ResourceName("qat.intel.com", "asym-dc");

        assertThat(allocator.allocate(asymDc, OFFER, List.of(TEN.id())).environment())
                .containsEntry("QAT_DEVICES_ASYM_DC", TEN.id())
                .doesNotContainKey("QAT_DEVICES_CY");
    }

    @Test
    void nodesMayBeElsewhereOnTheNode() {
        assertThat(new Allocator(Path.of("/run/sim/vfio"), Optional.empty()).allocate(CY, OFFER, List.of(NINE.id())).nodes())
                .containsExactly(new DeviceNode("/dev/vfio/vfio", "/run/sim/vfio/vfio"), new DeviceNode("/dev/vfio/7", "/run/sim/vfio/7"));
    }

    @Test
    void nothingForNothing() {
        assertThat(allocator.allocate(CY, OFFER, List.of())).isEqualTo(new Allocation(List.of(), List.of(), new TreeMap<>()));
    }

    @Test
    void refusesUnknownDevice() {
        AllocationException refusal = catchThrowableOfType(AllocationException.class, () -> allocator.allocate(CY, OFFER, List.of("b", NINE.id(), "a")));

        assertThat(refusal.reason()).isEqualTo(AllocationException.Cause.UNKNOWN_DEVICE);
        assertThat(refusal).hasMessage("cannot allocate a, b: qat.intel.com/cy has no such device on this node; "
                + "delete the pod, and its controller will make one that is given another");
    }

    @Test
    void refusesUnhealthyDeviceAndSaysWhy() {
        AllocationException refusal = catchThrowableOfType(AllocationException.class, () -> allocator.allocate(CY, OFFER, List.of(SICK.id())));

        assertThat(refusal.reason()).isEqualTo(AllocationException.Cause.UNHEALTHY_DEVICE);
        assertThat(refusal).hasMessage("cannot allocate 0000:20:00.1 of qat.intel.com/cy: it is unhealthy (vanished); "
                + "delete the pod, and its controller will make one that is given another");
    }

    private static DeviceNode same(String path) {
        return new DeviceNode(path, path);
    }

    private static Device device(int bus, IommuGroup group, Health health) {
        return new Device(new PciAddress(0, bus, 0, 1), Optional.empty(), Optional.of(group), OptionalInt.empty(), health);
    }
}
