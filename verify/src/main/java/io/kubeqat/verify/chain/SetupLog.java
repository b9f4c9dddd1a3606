package io.kubeqat.verify.chain;

import io.kubeqat.verify.snapshot.LogEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What node-setup has told of its run in its log.
///
/// @param cards all that it has found, by address
/// @param ready VFs that it left on their driver, by card
/// @param leftAlone cards that it does not look after, with the reason
/// @param failures why a card is not as wanted
/// @param problems what is wrong with the configuration or the node
record SetupLog(
        SortedSet<String> cards, SortedMap<String, Long> ready, Map<String, String> leftAlone, SortedMap<String, String> failures, List<String> problems) {

    static SetupLog of(List<LogEvent> events) {
        SortedSet<String> cards = new TreeSet<>();
        SortedMap<String, Long> ready = new TreeMap<>();
        Map<String, String> leftAlone = new LinkedHashMap<>();
        SortedMap<String, String> failures = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        Set<String> toTheHost = new HashSet<>(Set.of("none"));
        for (LogEvent event : events) {
            Optional<String> card = event.field("bdf");
            Optional<String> reason = event.field("reason");
            switch (event.what()) {
                case "profile" -> event.field("name").filter(_ -> event.field("services").equals(Optional.of("left-to-the-host"))).ifPresent(toTheHost::add);
                case "found card" -> card.ifPresent(bdf -> {
                    cards.add(bdf);
                    event.field("profile").filter(toTheHost::contains).ifPresent(profile -> leftAlone.put(bdf, "left to the host by node-setup's profiles (" + profile + ")"));
                });
                case "card is ready" -> card.ifPresent(bdf -> ready.put(bdf, event.field("vfs").filter(vfs -> vfs.matches("\\d{1,9}")).map(Long::valueOf).orElse(0L)));
                case "left card alone" -> card.ifPresent(bdf -> leftAlone.put(bdf, "left alone by node-setup: " + reason.orElse("")));
                case "cannot set card up", "card is in use", "card does not stay as it was set", "card stays down" ->
                    card.ifPresent(bdf -> failures.put(bdf, event.what() + ": " + reason.orElse("")));
                case "preflight failed", "bad configuration" -> event.field("problem").ifPresent(problems::add);
                default -> { }
            }
        }
        return new SetupLog(cards, ready, leftAlone, failures, problems);
    }
}
