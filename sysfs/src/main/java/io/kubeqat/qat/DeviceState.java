package io.kubeqat.qat;

import java.util.Locale;

/// Whether a card runs: the content of `qat/state`. A card that is down has no VFs, no heartbeat and no counters, and takes new services.
public enum DeviceState {
    /// It works, or could.
    UP,
    /// It does nothing: somebody wrote `down`, or its start failed.
    DOWN;

    /// Reads the kernel's spelling.
    ///
    /// @param text `up` or `down`, without the line's end
    /// @return what it says
    /// @throws IllegalArgumentException for any other text, which it quotes
    public static DeviceState parse(String text) {
        return switch (text) {
            case "up" -> UP;
            case "down" -> DOWN;
            default -> throw new IllegalArgumentException("\"" + text + "\" is not the state of a card; expected up or down");
        };
    }

    /// {@return the kernel's spelling, as `qat/state` takes it}
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return text();
    }
}
