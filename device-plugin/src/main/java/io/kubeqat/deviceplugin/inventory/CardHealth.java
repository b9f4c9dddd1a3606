package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.qat.Heartbeat;
import java.util.Optional;
import java.util.stream.Stream;

/// What is known of the health of one card beyond its state.
///
/// @param heartbeat what its heartbeats amount to
/// @param errors what its counters of fatal errors amount to
/// @param last the latest heartbeat that could be read
public record CardHealth(Trend heartbeat, Trend errors, Optional<Heartbeat> last) {
    static final CardHealth UNREAD = new CardHealth(Trend.NONE, Trend.NONE, Optional.empty());

    /// {@return why no pod should be given a VF of the card, in words that fit after its address; absent where nothing speaks against it}
    public Optional<String> obstacle() {
        return Stream.of(heartbeat, errors).flatMap(trend -> trend.obstacle().stream()).findFirst();
    }

    /// {@return whether the driver shows a heartbeat at all}
    public boolean hasHeartbeat() {
        return heartbeat.state() != Trend.State.NONE;
    }

    /// {@return whether the driver counts hardware errors at all}
    public boolean hasErrorCounters() {
        return errors.state() != Trend.State.NONE;
    }
}
