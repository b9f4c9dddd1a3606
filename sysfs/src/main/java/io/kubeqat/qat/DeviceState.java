package io.kubeqat.qat;

import java.util.Locale;

/// Whether a card runs: the content of `qat/state`. A card that is down has no VFs, no heartbeat and no counters, and takes new services.
public enum DeviceState {
    UP,
    DOWN;

    public static DeviceState parse(String text) {
        return switch (text) {
            case "up" -> UP;
            case "down" -> DOWN;
            default -> throw new IllegalArgumentException("\"" + text + "\" is not the state of a card; expected up or down");
        };
    }

    /// The kernel's spelling.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return text();
    }
}
