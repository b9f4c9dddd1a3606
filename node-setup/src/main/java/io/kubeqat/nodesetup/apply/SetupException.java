package io.kubeqat.nodesetup.apply;

import static java.util.Objects.requireNonNull;

import io.kubeqat.nodesetup.plan.SetupStep;

/// A step was refused, or accepted without effect.
public final class SetupException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient SetupStep step;

    SetupException(SetupStep step, String message, String nextStep, Throwable cause) {
        super(message + "; " + nextStep, cause);
        this.step = requireNonNull(step, "step is null");
    }

    SetupException(SetupStep step, String message, String nextStep) {
        this(step, message, nextStep, null);
    }

    /// {@return the step}
    public SetupStep step() {
        return step;
    }
}
