package io.kubeqat.deviceplugin.allocation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Which cards to prefer where several could serve a container.
public enum AllocationPolicy {
    /// The card with the most free VFs first, so that containers share as little of a card's engines as can be.
    BALANCED,
    /// The card with the fewest free VFs first, so that whole cards stay free.
    PACKED;

    /// The policy that an option names.
    ///
    /// @param text the option's value
    /// @return absent where there is no such policy
    public static Optional<AllocationPolicy> of(String text) {
        return Arrays.stream(values()).filter(policy -> policy.text().equals(text)).findFirst();
    }

    /// {@return what an option may say}
    public static List<String> texts() {
        return Arrays.stream(values()).map(AllocationPolicy::text).toList();
    }

    /// {@return what an option calls it}
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
