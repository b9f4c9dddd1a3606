package io.kubeqat.testbed;

import java.util.List;

/// What a program printed and ended with.
///
/// @param command the program and its arguments
/// @param exitCode 0 to 255; 128 and a signal's number if that ended it
/// @param output its standard output, as UTF-8
/// @param error its standard error
public record CommandResult(List<String> command, int exitCode, String output, String error) {
    /// Copies the command.
    public CommandResult {
        command = List.copyOf(command);
    }

    /// {@return whether the exit code is 0}
    public boolean succeeded() {
        return exitCode == 0;
    }

    /// The output, of a program that must succeed.
    ///
    /// @return its standard output, nothing trimmed
    /// @throws TestbedException with what it printed if it did not
    public String outputOrThrow() {
        if (!succeeded()) {
            throw new TestbedException(ExitCode.CLUSTER_FAILED,
                    String.join(" ", command) + " ended with exit code " + exitCode + ": " + (error.isBlank() ? output : error).strip());
        }
        return output;
    }
}
