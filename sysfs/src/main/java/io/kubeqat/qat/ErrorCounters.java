package io.kubeqat.qat;

/// The errors that a card's hardware reported since it came up, or since somebody cleared them: `qat_ras/errors_*` on the PF.
///
/// @param correctable corrected by the hardware, and without effect
/// @param nonFatal what was worked on is lost, the card goes on
/// @param fatal the card has to be reset
public record ErrorCounters(long correctable, long nonFatal, long fatal) {}
