package io.kubeqat.deviceplugin.allocation;

import static io.kubeqat.deviceplugin.allocation.AllocationPolicy.BALANCED;
import static io.kubeqat.deviceplugin.allocation.AllocationPolicy.PACKED;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Health;
import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreferredAllocationTest {
    /// Two cards near memory 0, one near memory 1, four VFs each.
    private static final List<Device> DEVICES = devices(card(0x10, OptionalInt.of(0)), card(0x20, OptionalInt.of(0)), card(0x30, OptionalInt.of(1)));

    @Test
    void balancedTakesFromTheCardWithMostFree() {
        assertThat(choose(List.of("10.1", "20.1", "20.2"), List.of(), 1, BALANCED)).containsExactly("20.1");
    }

    @Test
    void balancedTakesTurns() {
        assertThat(choose(List.of("10.1", "10.2", "20.1", "20.2"), List.of(), 3, BALANCED)).containsExactly("10.1", "20.1", "10.2");
    }

    @Test
    void packedUsesUpTheCardWithFewestFree() {
        assertThat(choose(List.of("10.1", "10.2", "10.3", "20.1", "20.2"), List.of(), 3, PACKED)).containsExactly("20.1", "20.2", "10.1");
    }

    @Test
    void staysOnOneMemoryWhereItCan() {
        assertThat(choose(List.of("10.1", "30.1", "30.2", "30.3"), List.of(), 3, BALANCED)).containsExactly("30.1", "30.2", "30.3");
    }

    @Test
    void goesToAnotherMemoryOnlyForTheRest() {
        assertThat(choose(List.of("10.1", "10.2", "20.1", "30.1"), List.of(), 4, PACKED)).containsExactly("20.1", "10.1", "10.2", "30.1");
    }

    @Test
    void memoryOfWhatMustBeInDecides() {
        assertThat(choose(List.of("10.1", "10.2", "20.1", "30.1", "30.2"), List.of("30.2"), 2, BALANCED)).containsExactly("30.2", "30.1");
    }

    @Test
    void whatMustBeInComesFirst() {
        assertThat(choose(List.of("10.1", "10.2", "10.3"), List.of("10.3"), 2, BALANCED)).containsExactly("10.3", "10.1");
    }

    @Test
    void memoryThatIsNotKnownIsNearToNothing() {
        Offer offer = new Offer(devices(card(0x10, OptionalInt.empty()), card(0x20, OptionalInt.of(1))));

        assertThat(PreferredAllocation.choose(offer, List.of(id("10.1"), id("10.2"), id("20.1"), id("20.2")), List.of(id("20.2")), 3, BALANCED))
                .containsExactly(id("20.2"), id("20.1"), id("10.1"));
        assertThat(PreferredAllocation.choose(offer, List.of(id("10.1"), id("10.2"), id("10.3"), id("20.1")), List.of(id("10.3")), 2, PACKED))
                .containsExactly(id("10.3"), id("20.1"));
    }

    @Test
    void makesNoGarbageForEachDevice() {
        Offer offer = new Offer(IntStream.range(0x10, 0x110 - 0x10).boxed().flatMap(bus -> card(bus, OptionalInt.of(bus % 2)).stream()).toList());
        List<String> available = offer.devices().stream().map(Device::id).toList();
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // Classes are loaded by the first.
        PreferredAllocation.choose(offer, available, List.of(), 3, BALANCED);

        long before = thread.getCurrentThreadAllocatedBytes();
        PreferredAllocation.choose(offer, available, List.of(), 3, BALANCED);

        assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(8L * available.size());
    }

    @Test
    void idThatComesTwiceCountsOnce() {
        assertThat(choose(List.of("10.1", "10.1", "20.1", "20.2"), List.of(), 2, BALANCED)).containsExactly("20.1", "10.1");
    }

    @Test
    void orderOfTheRequestDoesNotMatter() {
        List<String> available = new ArrayList<>(DEVICES.stream().map(Device::id).toList());
        List<String> expected = PreferredAllocation.choose(new Offer(DEVICES), available, List.of(), 5, BALANCED);
        long seed = System.nanoTime();
        Collections.shuffle(available, new Random(seed));

        assertThat(PreferredAllocation.choose(new Offer(DEVICES), available, List.of(), 5, BALANCED)).as("seed %d", seed).isEqualTo(expected);
    }

    @Test
    void answersNonsenseWithSense() {
        assertThat(choose(List.of(), List.of(), 3, BALANCED)).isEmpty();
        assertThat(choose(List.of("10.1"), List.of(), 0, PACKED)).isEmpty();
        assertThat(choose(List.of("10.1"), List.of(), -1, PACKED)).isEmpty();
        assertThat(choose(List.of("10.1", "10.2"), List.of("10.1", "10.2"), 1, PACKED)).containsExactly("10.1", "10.2");
        assertThat(PreferredAllocation.choose(new Offer(DEVICES), List.of("x", "y"), List.of("z"), 2, BALANCED)).containsExactly("z");
        assertThat(PreferredAllocation.choose(new Offer(List.of()), List.of("x"), List.of(), 1, BALANCED)).isEmpty();
    }

    @Test
    void alwaysKeepsTheContract() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            List<String> available = DEVICES.stream().map(Device::id).filter(_ -> random.nextBoolean()).toList();
            List<String> mustInclude = available.stream().filter(_ -> random.nextInt(4) == 0).toList();
            int size = mustInclude.size() + random.nextInt(DEVICES.size());
            AllocationPolicy policy = random.nextBoolean() ? BALANCED : PACKED;

            List<String> chosen = PreferredAllocation.choose(new Offer(DEVICES), available, mustInclude, size, policy);

            assertThat(chosen).as("seed %d, round %d: %s of %s with %s by %s", seed, round, size, available, mustInclude, policy)
                    .doesNotHaveDuplicates()
                    .hasSize(Math.min(size, available.size()))
                    .containsAll(mustInclude);
            Set<String> known = new HashSet<>(available);
            assertThat(known.containsAll(chosen)).isTrue();
        }
    }

    /// Ids shortened to bus and function.
    private static List<String> choose(List<String> available, List<String> mustInclude, int size, AllocationPolicy policy) {
        return PreferredAllocation.choose(new Offer(DEVICES), available.stream().map(PreferredAllocationTest::id).toList(), mustInclude.stream().map(PreferredAllocationTest::id).toList(), size, policy)
                .stream()
                .map(id -> id.substring(5, 7) + id.substring(10))
                .toList();
    }

    private static String id(String text) {
        return "0000:" + text.substring(0, 2) + ":00" + text.substring(2);
    }

    @SafeVarargs
    private static List<Device> devices(List<Device>... cards) {
        List<Device> all = new ArrayList<>();
        for (List<Device> card : cards) {
            all.addAll(card);
        }
        return all;
    }

    private static List<Device> card(int bus, OptionalInt numaNode) {
        List<Device> vfs = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            vfs.add(new Device(
                    new PciAddress(0, bus, 0, i),
                    Optional.of(new PciAddress(0, bus, 0, 0)),
                    Optional.of(new IommuGroup(bus + i, false)),
                    numaNode,
                    Health.HEALTHY));
        }
        return vfs;
    }
}
