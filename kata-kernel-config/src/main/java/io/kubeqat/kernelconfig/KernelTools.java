package io.kubeqat.kernelconfig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The kernel's own tools, by way of the script `build-guest-kernel` (which runs them in a root of their own, and keeps what they gave).
record KernelTools(Path module) {
    /// The file with the final configuration of this module's fragments and the given ones.
    Path configure(List<Path> extra) throws InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--config-only"));
        extra.forEach(fragment -> arguments.add(fragment.toString()));
        return run(arguments).resolve("config");
    }

    Symbols symbols() throws InterruptedException {
        Path folder = run(List.of("--symbols"));
        try {
            return Symbols.read(folder);
        } catch (IOException e) {
            throw new KernelConfigException(ExitCode.FAILED, "cannot read the symbols in " + folder + ": " + e);
        }
    }

    /// Builds the kernel, or finds it.
    ///
    /// @return the folder with `bzImage`, `config` and `release`
    Path build() throws InterruptedException {
        return run(List.of());
    }

    /// Runs the script; its progress goes to this process's standard error.
    private Path run(List<String> arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(module.resolve("build-guest-kernel").toAbsolutePath().toString()));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.waitFor();
            if (code != 0) {
                throw new KernelConfigException(ExitCode.FAILED, String.join(" ", command) + " ended with " + code + "; it says above why");
            }
            return Path.of(printed.lines().toList().getLast());
        } catch (IOException e) {
            throw new KernelConfigException(ExitCode.FAILED, "cannot run " + command.getFirst() + ": " + e.getMessage());
        }
    }
}
