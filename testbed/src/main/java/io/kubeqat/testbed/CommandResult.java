package io.kubeqat.testbed;

import java.util.List;

/// What a program printed and ended with.
public record CommandResult(List<String> command, int exitCode, String output, String error) {
    public CommandResult {
        command = List.copyOf(command);
    }

    public boolean succeeded() {
        return exitCode == 0;
    }

    /// The output, of a program that must succeed.
    ///
    /// @throws TestbedException with what it printed if it did not
    public String outputOrThrow() {
        if (!succeeded()) {
            throw new TestbedException(ExitCode.CLUSTER_FAILED,
                    String.join(" ", command) + " ended with exit code " + exitCode + ": " + (error.isBlank() ? output : error).strip());
        }
        return output;
    }
}
