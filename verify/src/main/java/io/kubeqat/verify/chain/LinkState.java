package io.kubeqat.verify.chain;

import static java.util.Objects.requireNonNull;

/// What is to be said of one link.
public sealed interface LinkState {
    /// What was seen, or why nothing was.
    String seen();

    record Holds(String seen) implements LinkState {
        public Holds {
            requireNonNull(seen, "seen is null");
        }
    }

    record Broken(Fault fault, String seen) implements LinkState {
        public Broken {
            requireNonNull(fault, "fault is null");
            requireNonNull(seen, "seen is null");
        }
    }

    /// It could not be looked at, so it may be broken.
    record Unseen(String seen) implements LinkState {
        public Unseen {
            requireNonNull(seen, "seen is null");
        }
    }

    /// There is nothing that could be broken.
    record Idle(String seen) implements LinkState {
        public Idle {
            requireNonNull(seen, "seen is null");
        }
    }
}
