package io.kubeqat.e2e.pages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.testbed.Cluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// One shell for a page, as a reader has one: what a command sets, the next one uses. `examples` is in its folder.
final class Shell implements AutoCloseable {
    static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

    private final Path link;
    private final Process shell;
    private final BufferedReader output;

    Shell(Cluster cluster, Path folder) throws IOException {
        link = Files.createSymbolicLink(folder.resolve("examples"), EXAMPLES);
        shell = cluster.hostProgram("bash").directory(folder.toFile()).redirectErrorStream(true).start();
        output = shell.inputReader(UTF_8);
    }

    /// What a command prints, and as the last line how it ended.
    private String run(String command) throws IOException {
        shell.getOutputStream().write(("{ " + command + "\n} < /dev/null; printf '\\nended with %s\\n' $?\n").getBytes(UTF_8));
        shell.getOutputStream().flush();
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("ended with ")) {
                return said + line;
            }
            said.append(line).append('\n');
        }
        throw new IOException("the shell ended in: " + command + "\nafter it said: " + said);
    }

    /// Runs a step, which must succeed and print what the page shows.
    void check(Page.Step step) throws IOException {
        String said = run(step.command());
        assertThat(matches(step, said)).as("%s%nsaid:%n%s%n%ninstead of:%n%s", step.command(), said, String.join("\n", step.expected())).isTrue();
    }

    /// Runs a step until it prints what the page shows, as a reader would who waits for something to happen.
    void await(Page.Step step) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (System.nanoTime() < end && !matches(step, run(step.command()))) {
            Thread.sleep(500);
        }
        check(step);
    }

    private static boolean matches(Page.Step step, String said) {
        return said.endsWith("\nended with 0") && step.matches(said.substring(0, said.lastIndexOf('\n')));
    }

    @Override
    public void close() throws IOException {
        shell.destroyForcibly();
        Files.delete(link);
    }
}
