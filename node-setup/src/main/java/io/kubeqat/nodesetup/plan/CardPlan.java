package io.kubeqat.nodesetup.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// What the planner makes of one card.
public sealed interface CardPlan {

    /// These steps, in this order; none if all is as it should be.
    ///
    /// @param steps each is done only if the one before it was
    record Steps(List<SetupStep> steps) implements CardPlan {
        /// Copies the list.
        public Steps {
            steps = List.copyOf(steps);
        }
    }

    /// The card is not for us, and that is no failure.
    ///
    /// @param reason why not
    record LeftAlone(String reason) implements CardPlan {
        /// Checks that there is a reason.
        public LeftAlone {
            requireNonNull(reason, "reason is null");
        }
    }

    /// No steps lead there; `reason` ends with what the operator can do.
    ///
    /// @param reason why not, and the next step
    record Impossible(String reason) implements CardPlan {
        /// Checks that there is a reason.
        public Impossible {
            requireNonNull(reason, "reason is null");
        }
    }

    /// These steps would take VFs away from somebody who uses them.
    ///
    /// @param holders who uses them, at least one
    /// @param steps what would be done
    record InUse(List<Holder> holders, List<SetupStep> steps) implements CardPlan {
        /// Copies the lists.
        public InUse {
            holders = List.copyOf(holders);
            steps = List.copyOf(steps);
        }

        /// {@return who uses what, and what the operator can do}
        public String reason() {
            return TearDown.reason(holders);
        }
    }
}
