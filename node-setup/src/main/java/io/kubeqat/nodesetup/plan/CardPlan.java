package io.kubeqat.nodesetup.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// What the planner makes of one card.
public sealed interface CardPlan {

    /// These steps, in this order; none if all is as it should be.
    record Steps(List<SetupStep> steps) implements CardPlan {
        public Steps {
            steps = List.copyOf(steps);
        }
    }

    /// The card is not for us, and that is no failure.
    record LeftAlone(String reason) implements CardPlan {
        public LeftAlone {
            requireNonNull(reason, "reason is null");
        }
    }

    /// No steps lead there; `reason` ends with what the operator can do.
    record Impossible(String reason) implements CardPlan {
        public Impossible {
            requireNonNull(reason, "reason is null");
        }
    }

    /// These steps would take VFs away from somebody who uses them.
    record InUse(List<Holder> holders, List<SetupStep> steps) implements CardPlan {
        public InUse {
            holders = List.copyOf(holders);
            steps = List.copyOf(steps);
        }

        /// Who uses what, and what the operator can do.
        public String reason() {
            return TearDown.reason(holders);
        }
    }
}
