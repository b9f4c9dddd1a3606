package io.kubeqat.testbed.machine;

import io.kubeqat.testbed.CommandResult;
import io.kubeqat.testbed.ExitCode;
import io.kubeqat.testbed.Progress;
import io.kubeqat.testbed.SlowBuilds;
import io.kubeqat.testbed.TestbedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A virtual machine that is up. QEMU runs it with accel=tcg, so it is the same with and without hardware support, and about 15 times slower than its host.
///
/// Inside are a real kernel, busybox, `vfio-open` (`testbed/machine/vfio-open.c`), the folder `/host`, which is [#folder()] here, and, read-only in `/tools`,
/// the Debian root that QEMU came from. Closing it ends it at once, and so does the end of this process, however it ends.
public final class Machine implements AutoCloseable {
    /// For one command. Far more than any needs: a machine without an end in sight must not keep a build for ever.
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private final Path folder;
    private final Qemu qemu;
    private final CommandPort port;

    private Machine(Path folder, Qemu qemu, CommandPort port) {
        this.folder = folder;
        this.qemu = qemu;
        this.port = port;
    }

    /// Boots a machine, and returns when it takes commands.
    ///
    /// @param options what it is to be
    /// @param progress hears of what takes long
    /// @return the machine, which takes commands
    /// @throws TestbedException if it does not come up, with what its kernel said
    public static Machine boot(MachineOptions options, Progress progress) {
        MachineParts parts = MachineParts.build(SlowBuilds.here(progress));
        progress.step("booting a machine with " + String.join(" ", options.devices()));
        try {
            // Short, because it also is the path of a socket, which takes 107 characters.
            Path folder = Files.createTempDirectory("kube-qat-machine-");
            try {
                Files.createDirectory(folder.resolve("commands"));
                Files.copy(parts.kernel(), folder.resolve("vmlinuz"));
                Files.copy(parts.initramfs(), folder.resolve("initramfs.gz"));
                options.folders().forEach((name, content) -> parts.pack(content, folder.resolve(name + ".erofs")));
                Qemu qemu = Qemu.start(parts, folder, options);
                try {
                    return new Machine(folder, qemu, CommandPort.connect(folder, qemu, LIMIT));
                } catch (RuntimeException e) {
                    qemu.end();
                    throw e;
                }
            } catch (IOException | RuntimeException e) {
                remove(folder);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lay out the machine's folder", e);
        }
    }

    /// {@return the folder that is `/host` inside}
    public Path folder() {
        return folder;
    }

    /// Runs a script of the shell inside, as root, to its end.
    ///
    /// @param script for busybox's shell
    /// @return what it printed and ended with, whatever that is
    /// @throws TestbedException if it does not end within half an hour, or the machine ends before
    public CommandResult run(String script) {
        return start(script).await();
    }

    /// Starts a script of the shell inside.
    ///
    /// @param script for busybox's shell
    /// @return running
    public Command start(String script) {
        return new Command(port.send(script), script);
    }

    /// {@return what the kernel and the first process have said so far}
    public String console() {
        return qemu.console();
    }

    @Override
    public void close() {
        qemu.end();
        port.close();
        remove(folder);
    }

    private static void remove(Path folder) {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> all = new ArrayList<>(files.toList());
            for (Path file : all.reversed()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }

    /// A script that runs inside, or has.
    public final class Command {
        private final int number;
        private final String script;

        private Command(int number, String script) {
            this.number = number;
            this.script = script;
        }

        /// {@return what it has printed so far}
        public String output() {
            return port.read(number, "output");
        }

        /// {@return what it has said so far of errors}
        public String error() {
            return port.read(number, "error");
        }

        /// {@return whether it has ended}
        public boolean ended() {
            return port.hasEnded(number);
        }

        /// Waits until it has printed a text.
        ///
        /// @param text a part of its output
        /// @throws TestbedException if it ends without, or has not printed it within half an hour
        public void awaitOutput(String text) {
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (!output().contains(text)) {
                // Looked at once more, because the text may be its last.
                if ((ended() && !output().contains(text)) || System.nanoTime() > deadline) {
                    throw new TestbedException(ExitCode.CLUSTER_FAILED, "\"" + script + "\" did not print \"" + text + "\" but: " + output() + error());
                }
                try {
                    Thread.sleep(100);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while waiting for \"" + script + "\"", e);
                }
            }
        }

        /// Waits for its end.
        ///
        /// @return what it printed and ended with, whatever that is
        /// @throws TestbedException if that takes more than half an hour, or the machine ends before
        public CommandResult await() {
            int exitCode = port.await(number, script, LIMIT);
            return new CommandResult(List.of("sh", "-c", script), exitCode, output(), error());
        }
    }
}
