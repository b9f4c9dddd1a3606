package io.kubeqat.qat;

import java.util.List;
import java.util.stream.Stream;

/// Everything of QAT on a node at one moment.
///
/// @param physicalFunctions the cards, in the order of their addresses
/// @param guestFunctions VFs whose PF is not on this node, in the order of their addresses: what a virtual machine sees
/// @param problems the devices that could not be read, in the order of their addresses; they are in none of the other lists
public record QatTopology(List<PhysicalFunction> physicalFunctions, List<VirtualFunction> guestFunctions, List<DeviceProblem> problems) {

    /// Copies the lists.
    public QatTopology {
        physicalFunctions = List.copyOf(physicalFunctions);
        guestFunctions = List.copyOf(guestFunctions);
        problems = List.copyOf(problems);
    }

    /// {@return every VF, with or without a PF: those of the cards first, card by card}
    public Stream<VirtualFunction> virtualFunctions() {
        return Stream.concat(physicalFunctions.stream().flatMap(pf -> pf.vfs().stream()), guestFunctions.stream());
    }
}
