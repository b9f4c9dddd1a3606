package io.kubeqat.deviceplugin.allocation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// Proposes which of the free devices a container should get: first those it must have, then devices near to the same memory, then by the policy.
///
/// The kubelet treats the answer as advice. It fails the pod over an error, so there is none: whatever comes in, something sensible goes out.
///
/// Counts in arrays and makes nothing for each device: the kubelet sends the ids of all that is free, and garbage of a thousand devices a call would be most of what the heap holds.
public final class PreferredAllocation {
    private final Offer offer;
    private final AllocationPolicy policy;
    private final BitSet candidates = new BitSet();
    private final int[] freeOfCard;
    private final int[] freeInMemory;
    private final BitSet usedMemories = new BitSet();

    private PreferredAllocation(Offer offer, AllocationPolicy policy) {
        this.offer = offer;
        this.policy = policy;
        this.freeOfCard = new int[offer.cards()];
        this.freeInMemory = new int[offer.memories()];
    }

    /// Chooses for one container.
    ///
    /// @param offer what is offered under the resource name
    /// @param available the ids to choose from; the kubelet includes those that must be in
    /// @param mustInclude the ids that must be in the answer
    /// @param size how many ids the answer should have
    /// @param policy which cards to prefer
    /// @return ids, those that must be in first; fewer than `size` where there are not enough
    public static List<String> choose(Offer offer, Collection<String> available, Collection<String> mustInclude, int size, AllocationPolicy policy) {
        SortedSet<String> required = new TreeSet<>(mustInclude);
        PreferredAllocation choice = new PreferredAllocation(offer, policy);
        available.forEach(id -> choice.add(offer.position(id)));
        required.forEach(id -> choice.take(offer.position(id)));

        // An id that must be in is in, known or not: the kubelet has decided.
        List<String> answer = new ArrayList<>(required);
        for (int missing = size - required.size(); missing > 0 && !choice.candidates.isEmpty(); missing--) {
            int next = choice.best(missing);
            choice.take(next);
            answer.add(offer.device(next).id());
        }
        return answer;
    }

    private void add(int position) {
        if (position != Offer.NOWHERE && !candidates.get(position)) {
            candidates.set(position);
            freeOfCard[offer.cardOf(position)]++;
            freeInMemory[offer.memoryOf(position)]++;
        }
    }

    private void take(int position) {
        if (position == Offer.NOWHERE) {
            return;
        }
        if (candidates.get(position)) {
            candidates.clear(position);
            freeOfCard[offer.cardOf(position)]--;
            freeInMemory[offer.memoryOf(position)]--;
        }
        if (offer.memoryOf(position) != Offer.UNKNOWN_MEMORY) {
            usedMemories.set(offer.memoryOf(position));
        }
    }

    /// Of equals the one with the lowest address.
    private int best(int missing) {
        int best = candidates.nextSetBit(0);
        for (int next = best; next >= 0; next = candidates.nextSetBit(next + 1)) {
            if (compare(next, best, missing) < 0) {
                best = next;
            }
        }
        return best;
    }

    private int compare(int one, int other, int missing) {
        int byDistance = Integer.compare(distance(offer.memoryOf(one), missing), distance(offer.memoryOf(other), missing));
        return byDistance != 0 ? byDistance : compareCards(offer.cardOf(one), offer.cardOf(other));
    }

    /// 0 where the container is on the memory already; without any yet, 0 where the memory has all the missing devices; else more, the fewer it has.
    private int distance(int memory, int missing) {
        return usedMemories.get(memory) ? 0 : (usedMemories.isEmpty() ? 0 : 1) + Math.max(0, missing - freeInMemory[memory]);
    }

    private int compareCards(int one, int other) {
        int fewestFree = Integer.compare(freeOfCard[one], freeOfCard[other]);
        return switch (policy) {
            case PACKED -> fewestFree;
            case BALANCED -> -fewestFree;
        };
    }
}
