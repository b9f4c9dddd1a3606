package io.kubeqat.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// A program to run on the host, and what came of it.
record Program(List<String> command, Map<String, String> environment) {
    private static final Executor READERS = task -> Thread.ofVirtual().name("program-output").start(task);

    Program {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder;
    }

    /// Runs to the end and keeps both outputs.
    CommandResult run(String input) {
        try {
            Process process = builder().start();
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process.getInputStream()), READERS);
            CompletableFuture<String> error = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()), READERS);
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(UTF_8));
            } catch (IOException _) {
                // The program ended without reading its input; its exit code says whether that was right.
            }
            return new CommandResult(command, waitFor(process), output.join(), error.join());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.getFirst(), e);
        }
    }

    /// Runs with this process's own terminal.
    int runInTerminal() {
        try {
            return waitFor(builder().inheritIO().start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.getFirst(), e);
        }
    }

    private int waitFor(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while waiting for " + Path.of(command.getFirst()).getFileName(), e);
        }
    }

    private static String read(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read a program's output", e);
        }
    }
}
