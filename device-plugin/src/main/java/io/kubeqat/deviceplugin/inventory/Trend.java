package io.kubeqat.deviceplugin.inventory;

import java.util.Optional;

/// What the readings of one source amount to. Unknown is not healthy: a card whose first readings are bad is held back until a good one, whatever the tolerance.
///
/// @param state what is held to be true
/// @param against readings in a row that say otherwise
/// @param why of the latest bad reading that counted; empty without one
public record Trend(State state, int against, String why) {
    /// Nothing read yet, or nothing to read.
    static final Trend NONE = new Trend(State.NONE, 0, "");
    private static final Trend GOOD = new Trend(State.GOOD, 0, "");

    enum State {
        NONE,
        UNKNOWN,
        GOOD,
        BAD
    }

    Trend next(Reading reading, Tolerance tolerance) {
        if (reading instanceof Reading.Bad(String reason)) {
            return bad(reason, tolerance);
        }
        return reading instanceof Reading.Absent ? NONE : good(tolerance);
    }

    private Trend good(Tolerance tolerance) {
        return state == State.BAD && against + 1 < tolerance.goodReads() ? new Trend(State.BAD, against + 1, why) : GOOD;
    }

    private Trend bad(String reason, Tolerance tolerance) {
        if (state == State.BAD) {
            return new Trend(State.BAD, 0, why);
        }
        return against + 1 < tolerance.badReads()
                ? new Trend(state == State.GOOD ? State.GOOD : State.UNKNOWN, against + 1, reason)
                : new Trend(State.BAD, 0, reason);
    }

    /// Why no pod should be given a VF of the card.
    Optional<String> obstacle() {
        return switch (state) {
            case NONE, GOOD -> Optional.empty();
            case UNKNOWN, BAD -> Optional.of(why);
        };
    }
}
