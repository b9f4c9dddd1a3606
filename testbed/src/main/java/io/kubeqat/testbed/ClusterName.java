package io.kubeqat.testbed;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/// The name of a cluster. It becomes a folder and a control group, so it is short and plain.
public record ClusterName(String value) {
    private static final Pattern PATTERN = Pattern.compile("[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?");
    /// After the pattern, which judges it.
    public static final ClusterName DEFAULT = new ClusterName("default");

    public ClusterName {
        requireNonNull(value, "value is null");
        if (!PATTERN.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "\"" + value + "\" is no name for a cluster: use 1 to 30 lower-case letters, digits and inner hyphens");
        }
    }

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
