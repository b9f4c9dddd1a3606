package io.kubeqat.nodesetup.plan;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.QatModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What some cards on some nodes should be like.
///
/// @param name how logs call it
/// @param nodes patterns of node names, `*` for any characters; empty for every node
/// @param cards which cards; empty for every card
/// @param desired what they should be like; absent to leave them to the host
public record Profile(String name, List<String> nodes, List<CardSelector> cards, Optional<DesiredCard> desired) {

    /// Copies the lists.
    public Profile {
        requireNonNull(name, "name is null");
        nodes = List.copyOf(nodes);
        cards = List.copyOf(cards);
        requireNonNull(desired, "desired is null");
    }

    /// Whether it speaks of a card.
    ///
    /// @param node the node's name
    /// @param address the card's address
    /// @param model its kind
    /// @param numaNode the memory it is near to; absent where the firmware does not say
    /// @return whether node and card are among those it names
    public boolean matches(String node, PciAddress address, QatModel model, OptionalInt numaNode) {
        return (nodes.isEmpty() || nodes.stream().anyMatch(pattern -> glob(pattern).matcher(node).matches()))
                && (cards.isEmpty() || cards.stream().anyMatch(selector -> selector.matches(address, model, numaNode)));
    }

    private static Pattern glob(String pattern) {
        return Pattern.compile(Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }
}
