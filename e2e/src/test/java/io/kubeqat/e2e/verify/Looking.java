package io.kubeqat.e2e.verify;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.verify.KubeQatMain;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Runs the command until it says what a test waits for.
final class Looking {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Path kubeconfig;

    private Looking(Path kubeconfig) {
        this.kubeconfig = kubeconfig;
    }

    /// @param link the first broken link as JSON has it; empty where there is none
    record Seen(int code, String verdict, Map<String, String> broken) {}

    /// With the token of the command's own ServiceAccount.
    static Looking at(Cluster cluster, String namespace, Path directory) throws IOException {
        Config admin = cluster.client().getConfiguration();
        String token = cluster.kubectl("-n", namespace, "create", "token", "kube-qat-verify", "--duration=4h").outputOrThrow().strip();
        return new Looking(Files.writeString(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: testbed, cluster: {server: "%s", certificate-authority: "%s"}}]
                contexts: [{name: testbed, context: {cluster: testbed, user: verify}}]
                users: [{name: verify, user: {token: "%s"}}]
                current-context: testbed
                """.formatted(admin.getMasterUrl(), admin.getCaCertFile(), token)));
    }

    void untilWhole() throws IOException {
        until("whole", seen -> seen.verdict().equals("whole") && seen.code() == 0);
    }

    /// Until the first broken link is this one with this fault, and prints the whole report, so that the test's log shows it.
    ///
    /// @param of how what the link is of begins
    void untilBroken(String fault, String link, String of) throws IOException {
        until(fault + " at " + link + " of " + of, seen -> seen.code() == 4 && fault.equals(seen.broken().get("fault")) && link.equals(seen.broken().get("link"))
                && seen.broken().get("of").startsWith(of));
        System.out.println("broken by " + fault + ":\n" + table());
    }

    /// As a user without options sees it.
    Seen strictly() throws IOException {
        return run();
    }

    String table() throws IOException {
        return execute("--accept", "hw,sw,none").output();
    }

    private Seen until(String what, Predicate<Seen> wanted) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Seen seen = run("--accept", "hw,sw,none");
        while (!wanted.test(seen)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("after " + PATIENCE + " not " + what + ", but\n" + table());
            }
            try {
                Thread.sleep(500);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + what, e);
            }
            seen = run("--accept", "hw,sw,none");
        }
        return seen;
    }

    private Seen run(String... options) throws IOException {
        return parse(execute(Stream.concat(Stream.of("-o", "json"), Stream.of(options)).toArray(String[]::new)));
    }

    private record Run(int code, String output) {}

    private Run execute(String... options) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = KubeQatMain.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err))
                .execute(Stream.concat(Stream.of("verify", "--kubeconfig", kubeconfig.toString()), Stream.of(options)).toArray(String[]::new));
        if (!err.toString().isEmpty()) {
            throw new AssertionError("kube-qat verify ended with " + code + ": " + err);
        }
        return new Run(code, out.toString());
    }

    @SuppressWarnings("unchecked")
    private static Seen parse(Run run) {
        Map<String, Object> json = new KubernetesSerialization().unmarshal(run.output(), Map.class);
        return new Seen(run.code(), (String) json.get("verdict"), Optional.ofNullable((Map<String, String>) json.get("firstBroken")).orElse(Map.of()));
    }
}
