package io.kubeqat.deviceplugin.allocation;

import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.pci.PciAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/// Proposes which of the free devices a container should get: first those it must have, then devices near to the same memory, then by the policy.
///
/// The kubelet treats the answer as advice. It fails the pod over an error, so there is none: whatever comes in, something sensible goes out.
public final class PreferredAllocation {
    private final Map<PciAddress, Long> free;
    private final AllocationPolicy policy;
    private final List<Device> candidates;
    private final List<Device> chosen;
    private final int size;

    private PreferredAllocation(List<Device> candidates, List<Device> required, int size, AllocationPolicy policy) {
        this.candidates = new ArrayList<>(candidates);
        this.chosen = new ArrayList<>(required);
        this.size = size;
        this.policy = policy;
        this.free = new HashMap<>(candidates.stream().collect(Collectors.groupingBy(PreferredAllocation::card, Collectors.counting())));
    }

    /// Chooses for one container.
    ///
    /// @param devices what is offered under the resource name
    /// @param available the ids to choose from; the kubelet includes those that must be in
    /// @param mustInclude the ids that must be in the answer
    /// @param size how many ids the answer should have
    /// @param policy which cards to prefer
    /// @return ids, those that must be in first; fewer than `size` where there are not enough
    public static List<String> choose(
            List<Device> devices, Collection<String> available, Collection<String> mustInclude, int size, AllocationPolicy policy) {
        Set<String> required = new LinkedHashSet<>(mustInclude.stream().sorted().toList());
        Set<String> offered = new HashSet<>(available);
        offered.removeAll(required);
        List<Device> sorted = devices.stream().sorted(Comparator.comparing(Device::address)).toList();
        List<Device> candidates = sorted.stream().filter(device -> offered.contains(device.id())).toList();
        List<Device> taken = sorted.stream().filter(device -> required.contains(device.id())).toList();

        // An id that must be in is in, known or not: the kubelet has decided.
        int wanted = Math.max(0, size - required.size());
        List<String> answer = new ArrayList<>(required);
        new PreferredAllocation(candidates, taken, wanted, policy).fill().forEach(device -> answer.add(device.id()));
        return answer;
    }

    private List<Device> fill() {
        List<Device> added = new ArrayList<>();
        while (added.size() < size && !candidates.isEmpty()) {
            Device next = best(size - added.size());
            candidates.remove(next);
            free.merge(card(next), -1L, Long::sum);
            chosen.add(next);
            added.add(next);
        }
        return added;
    }

    private Device best(int missing) {
        Map<OptionalInt, Integer> distances = distances(missing);
        Comparator<Device> nearest = Comparator.comparing(device -> distances.get(device.numaNode()));
        return candidates.stream().min(nearest.thenComparing(byPolicy()).thenComparing(Device::address)).orElseThrow();
    }

    /// For each memory: 0 where the container is on it already; without any yet, 0 where it has all the missing devices; else more, the fewer it has.
    private Map<OptionalInt, Integer> distances(int missing) {
        Set<OptionalInt> used = chosen.stream().map(Device::numaNode).filter(OptionalInt::isPresent).collect(Collectors.toSet());
        Map<OptionalInt, Integer> there = candidates.stream().collect(Collectors.toMap(Device::numaNode, _ -> 1, Integer::sum));
        there.replaceAll((node, count) -> used.contains(node) ? 0 : (used.isEmpty() ? 0 : 1) + Math.max(0, missing - count));
        return there;
    }

    private Comparator<Device> byPolicy() {
        Comparator<Device> fewestFree = Comparator.comparing(device -> free.get(card(device)));
        return switch (policy) {
            case PACKED -> fewestFree;
            case BALANCED -> fewestFree.reversed();
        };
    }

    /// In a virtual machine, where the card is not seen, each VF counts as one.
    private static PciAddress card(Device device) {
        Optional<PciAddress> pf = device.pf();
        return pf.orElse(device.address());
    }
}
