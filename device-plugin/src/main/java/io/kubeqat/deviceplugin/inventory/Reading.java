package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.qat.ErrorCounters;
import io.kubeqat.qat.Heartbeat;
import java.util.Optional;

/// One look at one source of a card's health.
sealed interface Reading {
    Reading ABSENT = new Absent();
    Reading GOOD = new Good();

    /// The source is not there: an older kernel, gen2, a card that is down, a debugfs that is not mounted or not ours to read. Says nothing either way.
    record Absent() implements Reading {}

    record Good() implements Reading {}

    /// @param why in words that fit after "its PF 0000:4b:00.0 "; without numbers that rise, or each would be a change
    record Bad(String why) implements Reading {}

    /// @param before the reading before this one, of the same start of the card
    static Reading of(Optional<Heartbeat> before, Optional<Heartbeat> now) {
        if (now.isEmpty()) {
            return ABSENT;
        }
        if (now.get().alive()) {
            return GOOD;
        }
        // The driver says "not alive" as well when it is asked too often or restarts, but counts real failures only (Linux adf_heartbeat.c).
        boolean failed = now.get().queriesFailed() > before.map(Heartbeat::queriesFailed).orElse(0L);
        return new Bad(failed
                ? "does not answer the heartbeat"
                : "has no heartbeat to tell from: it restarts, or another program reads its heartbeat as well");
    }

    /// The counter stays until the card is reset.
    static Reading of(Optional<ErrorCounters> errors) {
        return errors.map(counters -> counters.fatal() == 0 ? GOOD : new Bad("has reported fatal hardware errors; it has to be reset")).orElse(ABSENT);
    }
}
