package io.kubeqat.nodesetup;

/// What the process tells the kubelet by its end.
public enum ExitCode {
    /// Nothing is left to do.
    DONE(0, "every selected card is as it should be, or there is none"),
    /// What should not happen.
    UNEXPECTED(1, "a defect in node-setup; its stack trace is in the log"),
    /// Nothing was looked at.
    BAD_CONFIGURATION(2, "the configuration is wrong; every problem is in the log"),
    /// Nothing was changed.
    PREFLIGHT_FAILED(3, "the node lacks something that every card needs, a driver, an IOMMU or a writable /sys"),
    /// The log has a line for each card that failed.
    STEP_FAILED(4, "at least one card could not be brought to its state; the others were");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /// {@return the number that the kubelet sees}
    public int number() {
        return number;
    }

    /// {@return what it means, as `exit-codes.md` has it}
    public String meaning() {
        return meaning;
    }
}
