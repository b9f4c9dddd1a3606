package io.kubeqat.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Follows a node that comes up.
final class StartWatch {
    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int CRASHES_THAT_FAIL_A_START = 3;

    private StartWatch() {}

    /// Returns when the node is Ready.
    ///
    /// @param alive whether the node's keeper lives
    ///
    /// @throws TestbedException with the last lines of the logs that say why, because the logs go with the node
    static void awaitReady(NodeState state, BooleanSupplier alive, Progress progress) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        int told = 0;
        while (true) {
            boolean running = alive.getAsBoolean();
            List<String> steps = state.progress();
            for (String step : steps.subList(Math.min(told, steps.size()), steps.size())) {
                if (step.equals("ready")) {
                    return;
                }
                if (step.startsWith("failed: ")) {
                    throw startFailure(state, step.substring("failed: ".length()));
                }
                progress.step(step);
                told++;
            }
            if (!running) {
                throw new TestbedException(ExitCode.CLUSTER_FAILED, "the node ended while it came up; someone ended it, or its keeper");
            }
            state.exits().stream().filter(exits -> exits.count() >= CRASHES_THAT_FAIL_A_START).findFirst().ifPresent(exits -> {
                throw startFailure(state, exits.component() + " ended " + exits.count() + " times, last with exit code " + exits.lastCode()
                        + "; its last lines:\n" + tail(state.log(exits.component())));
            });
            if (System.nanoTime() > deadline) {
                throw startFailure(state, "not Ready after " + LIMIT.toSeconds() + " s; kubelet's last lines:\n" + tail(state.log("kubelet")));
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while the node came up", e);
            }
        }
    }

    private static TestbedException startFailure(NodeState state, String reason) {
        return new TestbedException(ExitCode.CLUSTER_FAILED,
                "the node did not come up: " + reason + "\nnode-init's last lines:\n" + tail(state.log("node"))
                        + (Files.exists(state.log("simulator")) ? "\nthe simulator's last lines:\n" + tail(state.log("simulator")) : ""));
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of("(no log)");
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + log, e);
        }
    }
}
