package io.kubeqat.nodesetup;

/// What the process tells the kubelet by its end.
public enum ExitCode {
    DONE(0, "every selected card is as it should be, or there is none"),
    UNEXPECTED(1, "a defect in node-setup; its stack trace is in the log"),
    BAD_CONFIGURATION(2, "the configuration is wrong; every problem is in the log"),
    PREFLIGHT_FAILED(3, "the node lacks something that every card needs, a driver, an IOMMU or a writable /sys"),
    STEP_FAILED(4, "at least one card could not be brought to its state; the others were");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    public String meaning() {
        return meaning;
    }
}
