package io.kubeqat.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The process outside the namespaces that owns a node (script `keeper`), seen from the process that started it.
final class Keeper {
    private static final int IN_USE = 3;

    private final Process process;

    private Keeper(Process process) {
        this.process = process;
    }

    /// Starts the node whose folder is staged. Returns when the keeper owns the folder; the node is then coming up.
    static Keeper start(ClusterOptions options, Path staged) {
        // A session of its own: Ctrl-C in the terminal must reach whoever started the node, not the one who cleans up after it.
        ProcessBuilder builder = new ProcessBuilder("setsid", "bash", new NodeState(staged).keeperScript().toString(), "run",
                staged.toString(), options.state().folder().toString()).redirectErrorStream(true);
        builder.directory(Path.of("/").toFile());
        try {
            Process process = builder.start();
            BufferedReader output = process.inputReader(UTF_8);
            String first = output.readLine();
            if ("owned".equals(first)) {
                return new Keeper(process);
            }
            String rest = output.lines().collect(Collectors.joining("; "));
            int exitCode = process.waitFor();
            if (exitCode == IN_USE) {
                throw new TestbedException(ExitCode.USAGE, "a cluster named " + options.name() + " is up already: use it, end it with "
                        + "\"testbed down --name " + options.name() + "\", or give another --name");
            }
            throw new TestbedException(ExitCode.CLUSTER_FAILED,
                    "the node's keeper ended with exit code " + exitCode + ": " + first + (rest.isEmpty() ? "" : "; " + rest));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the node's keeper", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while starting the node's keeper", e);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /// Lets the node outlive this process.
    void cutLifeline() {
        try (var lifeline = process.getOutputStream()) {
            lifeline.write("keep\n".getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell the keeper to go on alone", e);
        }
    }

    /// Ends the node, or what is left of one, and returns when nothing remains of it. Doing so twice is no error.
    static void remove(NodeState state) {
        if (!Files.isDirectory(state.folder())) {
            return;
        }
        try {
            // The script in the folder may be incomplete if a start was interrupted; this one is not.
            Path script = Files.createTempFile("testbed-keeper-", "");
            try {
                Files.writeString(script, NodeFiles.resource("keeper"));
                CommandResult result = new Program(List.of("bash", script.toString(), "down", state.folder().toString()), Map.of()).run("");
                if (!result.succeeded()) {
                    throw new TestbedException(ExitCode.CLUSTER_FAILED, "cannot remove " + state.folder() + ": " + result.error().strip());
                }
            } finally {
                Files.delete(script);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the keeper's script", e);
        }
    }
}
