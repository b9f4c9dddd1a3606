package io.kubeqat.e2e.traffic;

import io.kubeqat.testbed.Cluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.yaml.snakeyaml.Yaml;

/// The load client `e2e/load` (Go's TLS), at work.
public final class Traffic implements AutoCloseable {
    private final Process client;
    private final Thread reader;
    private final StringBuilder said = new StringBuilder();
    private int handshakes;
    private int failed;
    private Outcome outcome;

    private Traffic(Process client, IntConsumer progress) {
        this.client = client;
        // Its errors come on the same stream, so that they cannot fill a pipe that nobody reads.
        reader = Thread.ofVirtual().name("load-client").start(() -> {
            try (BufferedReader lines = client.inputReader()) {
                lines.lines().forEach(line -> heard(line, progress));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read what the load client says", e);
            }
        });
    }

    /// @param project the checkout, in which the client is built if the cache of slow builds does not hold it
    /// @param progress hears about each second how many handshakes are done
    public static Traffic start(Cluster cluster, Path project, Load load, IntConsumer progress) {
        try {
            return new Traffic(cluster.hostProgram(program(project).toString(), "-connect", load.address() + ":443", "-host", load.host(),
                    "-ca", load.authority().toString(), "-groups", String.join(",", load.groups()), "-count", Integer.toString(load.count()),
                    "-clients", Integer.toString(load.clients()), "-pause", load.pause() + "ms", "-request=" + load.request()).redirectErrorStream(true).start(), progress);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the load client", e);
        }
    }

    /// Returns when the server has been seen to answer `more` connections from now on; failed ones count, they are seen in the outcome.
    public synchronized void await(int more) {
        int wanted = handshakes + failed + more;
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (handshakes + failed < wanted && outcome == null) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0 || !client.isAlive()) {
                throw new IllegalStateException("the load client made " + (handshakes + failed) + " connections and waits for an answer, or has ended: " + said);
            }
            try {
                wait(Math.min(left, 500));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for the load client", e);
            }
        }
    }

    /// Waits for the handshakes of a counted load.
    public Outcome outcome() {
        try {
            client.waitFor();
            reader.join();
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the load client", e);
        }
        synchronized (this) {
            if (outcome == null) {
                throw new IllegalStateException("the load client ended without a result: " + said);
            }
            return outcome;
        }
    }

    /// Lets the connections under way finish.
    public Outcome end() {
        // Process.destroy would close the stream that the outcome comes on.
        client.toHandle().destroy();
        return outcome();
    }

    private synchronized void heard(String line, IntConsumer progress) {
        if (!line.startsWith("{")) {
            said.append(line).append('\n');
            return;
        }
        // JSON is YAML.
        Map<String, Object> fields = new Yaml().load(line);
        handshakes = (int) fields.get("handshakes");
        failed = (int) fields.get("failed");
        if (fields.containsKey("done")) {
            outcome = new Outcome(handshakes, failed, ((Number) fields.get("seconds")).doubleValue(), counts(fields.get("negotiated")), counts(fields.get("failures")));
        }
        progress.accept(handshakes);
        notifyAll();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Integer> counts(Object field) {
        return (Map<String, Integer>) field;
    }

    private static Path program(Path project) throws IOException {
        Path recipe = project.resolve("e2e/load");
        List<String> command = List.of(project.resolve("build/cached").toString(), "tls-load",
                "--input", recipe.resolve("go.mod").toString(), "--input", recipe.resolve("main.go").toString(), "--", recipe.resolve("build").toString());
        Process build = new ProcessBuilder(command).redirectInput(Path.of("/dev/null").toFile()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (InputStream output = build.getInputStream()) {
            String folder = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
            if (build.waitFor() != 0) {
                throw new IOException("the load client cannot be built; run \"" + String.join(" ", command) + "\" to see why");
            }
            return Path.of(folder, "tls-load");
        } catch (InterruptedException e) {
            build.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the load client was built", e);
        }
    }

    @Override
    public void close() {
        client.destroyForcibly();
    }
}
