package io.kubeqat.qat;

/// Whether a card's firmware answers: debugfs `heartbeat/`, as one reading.
///
/// Reading is the check: the driver asks the firmware for each reader. So there must be one reader per PF, at most once a second; a second reader makes
/// the card look dead.
///
/// @param alive whether `status` was 0. Not alive may also mean restarting, or asked again within the period (200 ms on gen4, 500 ms elsewhere)
/// @param queriesSent questions put to the firmware since the card came up; does not rise when asked too often
/// @param queriesFailed how many of them it did not answer: rises with a real failure only, which tells the causes of "not alive" apart
public record Heartbeat(boolean alive, long queriesSent, long queriesFailed) {}
