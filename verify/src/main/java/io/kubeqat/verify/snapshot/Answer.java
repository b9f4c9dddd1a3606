package io.kubeqat.verify.snapshot;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/// What came of a question to the cluster.
public sealed interface Answer<T> {
    record Given<T>(T value) implements Answer<T> {
        public Given {
            requireNonNull(value, "value is null");
        }
    }

    /// @param why in words for the reader of the report
    record Missing<T>(String why) implements Answer<T> {
        public Missing {
            requireNonNull(why, "why is null");
        }
    }

    default Optional<T> toOptional() {
        return switch (this) {
            case Given<T>(T value) -> Optional.of(value);
            case Missing<T> _ -> Optional.empty();
        };
    }

    static <T> Answer<T> given(T value) {
        return new Given<>(value);
    }

    static <T> Answer<T> missing(String why) {
        return new Missing<>(why);
    }
}
