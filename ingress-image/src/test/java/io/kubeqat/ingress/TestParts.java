package io.kubeqat.ingress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// What stands beside the image in tests and takes time to build: made at the first need and kept by `build/cached`.
final class TestParts {
    private TestParts() {}

    /// A Java runtime that needs nothing but the C library.
    static Path javaRuntime() throws IOException, InterruptedException {
        return made("java");
    }

    /// The load client of `e2e/load`, one static program.
    static Path load() throws IOException, InterruptedException {
        return made("load").resolve("tls-load");
    }

    /// The image's HAProxy with the address sanitizer in it.
    static Path sanitizedHaproxy() throws IOException, InterruptedException {
        return made("haproxy-asan").resolve("haproxy");
    }

    /// A PC that is computed, with a CPU that has AVX-512 IFMA.
    static Path emulator() throws IOException, InterruptedException {
        return made("emulator").resolve("root");
    }

    /// The kernel that Kata's guests have.
    static Path guestKernel() throws IOException, InterruptedException {
        return made("guest-kernel");
    }

    private static Path made(String part) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of("native/for-tests", part)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String folder = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("native/for-tests " + part + " failed: see above");
        }
        return Path.of(folder);
    }
}
