package io.kubeqat.qat;

import java.util.List;

/// What a card's engines have worked on since it came up: debugfs `fw_counters`. Counts the PF as a whole, all its VFs together.
///
/// @param engines in the order of the file; the engine that administers the others is not among them
public record FirmwareCounters(List<Engine> engines) {

    /// One of the card's engines.
    ///
    /// @param number the engine's number, from 0
    /// @param requests what it was asked
    /// @param responses what it answered; equal to `requests` when at rest
    public record Engine(int number, long requests, long responses) {}

    /// Copies the list.
    public FirmwareCounters {
        engines = List.copyOf(engines);
    }

    /// {@return what all engines together were asked}
    public long requests() {
        return engines.stream().mapToLong(Engine::requests).sum();
    }

    /// {@return what all engines together answered}
    public long responses() {
        return engines.stream().mapToLong(Engine::responses).sum();
    }
}
