package io.kubeqat.testbed;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/// The name of a cluster. It becomes a folder and a control group, so it is short and plain.
///
/// @param value 1 to 30 lower-case letters, digits and inner hyphens
public record ClusterName(String value) {
    private static final Pattern PATTERN = Pattern.compile("[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?");
    // After the pattern, which judges it.
    /// The name of a cluster for which nobody gave one: `default`.
    public static final ClusterName DEFAULT = new ClusterName("default");

    /// Checks the name.
    ///
    /// @throws IllegalArgumentException for any other text, which it quotes
    public ClusterName {
        requireNonNull(value, "value is null");
        if (!PATTERN.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "\"" + value + "\" is no name for a cluster: use 1 to 30 lower-case letters, digits and inner hyphens");
        }
    }

    /// Reads a name that a person gave.
    ///
    /// @param text the name
    /// @return the name
    /// @throws IllegalArgumentException if it cannot be one
    public static ClusterName parse(String text) {
        return new ClusterName(text);
    }

    /// The control group that holds everything the node runs, in each hierarchy.
    String controlGroup() {
        return "kube-qat-" + value;
    }

    @Override
    public String toString() {
        return value;
    }
}
