package io.kubeqat.e2e.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/// The guest kernel of `kata-kernel-config`.
final class GuestKernel {
    private GuestKernel() {}

    /// The folder with `bzImage`; built if the cache does not hold it.
    static Path build() {
        try {
            Process process = new ProcessBuilder("../kata-kernel-config/build-guest-kernel")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            String folder = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                throw new IllegalStateException("kata-kernel-config/build-guest-kernel ended with exit code " + exitCode + "; what it printed says why");
            }
            return Path.of(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run kata-kernel-config/build-guest-kernel", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the guest kernel was built", e);
        }
    }
}
