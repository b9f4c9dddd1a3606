package io.kubeqat.testbed.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubeqat.testbed.ExitCode;
import io.kubeqat.testbed.TestbedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// The wire on which the machine's first process (`testbed/machine/init`) takes commands: numbers of scripts to run go in, numbers and exit codes come out.
/// What is run and printed is in files below `commands`.
final class CommandPort implements AutoCloseable {
    private static final int READY = 0;

    private final Path folder;
    private final Qemu qemu;
    private final SocketChannel channel;
    private final Map<Integer, CompletableFuture<Integer>> ends = new ConcurrentHashMap<>();
    private final AtomicInteger last = new AtomicInteger(READY);

    private CommandPort(Path folder, Qemu qemu, SocketChannel channel) {
        this.folder = folder;
        this.qemu = qemu;
        this.channel = channel;
        ends.put(READY, new CompletableFuture<>());
        Thread.ofPlatform().daemon().name("machine").start(this::listen);
    }

    /// Waits until the machine has booted.
    static CommandPort connect(Path folder, Qemu qemu, Duration limit) {
        CommandPort port = new CommandPort(folder, qemu, open(folder.resolve("commands.socket"), qemu, limit));
        try {
            port.await(READY, "the machine's start", limit);
            return port;
        } catch (RuntimeException e) {
            port.close();
            throw e;
        }
    }

    private static SocketChannel open(Path socket, Qemu qemu, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (qemu.isAlive() && System.nanoTime() < deadline) {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(socket));
            } catch (IOException _) {
                // QEMU makes it when it starts.
                pause();
            }
        }
        throw qemu.failure("the machine did not start");
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while a machine was started", e);
        }
    }

    private void listen() {
        try (BufferedReader lines = new BufferedReader(Channels.newReader(channel, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                ends.computeIfAbsent(Integer.parseInt(words[0]), _ -> new CompletableFuture<>()).complete(Integer.parseInt(words[1]));
            }
        } catch (IOException _) {
            // Closed, by close() or by QEMU's end: either way no more answers come.
        }
        ends.values().forEach(end -> end.completeExceptionally(new IOException("the machine has ended")));
    }

    /// Starts a script, and returns its number.
    int send(String script) {
        int number = last.incrementAndGet();
        ends.put(number, new CompletableFuture<>());
        try {
            Path command = Files.createDirectory(folder.resolve("commands/" + number));
            Files.writeString(command.resolve("script"), script);
            ByteBuffer line = UTF_8.encode(number + "\n");
            synchronized (channel) {
                while (line.hasRemaining()) {
                    channel.write(line);
                }
            }
        } catch (IOException e) {
            throw qemu.failure("cannot run \"" + script + "\" in the machine (" + e.getMessage() + ")");
        }
        return number;
    }

    boolean hasEnded(int number) {
        return ends.get(number).isDone();
    }

    /// The exit code.
    int await(int number, String what, Duration limit) {
        try {
            return ends.get(number).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw qemu.failure("\"" + what + "\" did not end within " + limit.toMinutes() + " min: " + tail(number));
        } catch (ExecutionException _) {
            throw qemu.failure("the machine ended during \"" + what + "\": " + tail(number));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while waiting for \"" + what + "\"", e);
        }
    }

    private String tail(int number) {
        return number == READY ? "" : read(number, "output") + read(number, "error");
    }

    /// A file that a command has written.
    String read(int number, String name) {
        Path file = folder.resolve("commands/" + number + "/" + name);
        try {
            return Files.exists(file) ? new String(Files.readAllBytes(file), UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the machine's port", e);
        }
    }
}
