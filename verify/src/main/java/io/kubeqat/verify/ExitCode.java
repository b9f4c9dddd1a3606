package io.kubeqat.verify;

import io.kubeqat.verify.chain.Report;

/// What the command tells a script by its end; the page is `exit-codes.md`.
enum ExitCode {
    WHOLE(0, "every link holds"),
    UNEXPECTED(1, "a defect in kube-qat; its stack trace is on standard error"),
    USAGE(2, "the command line is wrong"),
    UNREACHABLE(3, "the cluster cannot be asked, or not for its nodes and pods"),
    BROKEN(4, "at least one link is broken"),
    UNCLEAR(5, "no link is seen to be broken, but not all could be looked at");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    static ExitCode of(Report.Verdict verdict) {
        return switch (verdict) {
            case WHOLE -> WHOLE;
            case BROKEN -> BROKEN;
            case UNCLEAR -> UNCLEAR;
        };
    }

    int number() {
        return number;
    }

    String meaning() {
        return meaning;
    }
}
