package io.kubeqat.nodesetup;

import java.util.List;

/// The configuration is wrong: all its problems together.
final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    ConfigurationException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /// Each with the place, the bad value and the allowed ones.
    List<String> problems() {
        return problems;
    }
}
