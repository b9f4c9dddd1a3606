package io.kubeqat.e2e.readme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Does what the examples' pages say, at a shell, and sees what they say. Each page ends with its own clean-up.
@OnTestbed(cards = "../simulator/src/main/resources/io/kubeqat/simulator/two-cards.yaml")
final class ReadmeIT {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static Cluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load(Cluster testbed) {
        cluster = testbed;
        for (String module : new String[] {"device-plugin", "examples/echo-server", "ingress-image", "node-setup"}) {
            cluster.load(EXAMPLES.resolveSibling(module).resolve("target/jib-image.tar"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tls-termination", "tls-termination/kata", "tls-termination/qat", "tls-termination/software"})
    void itsCommandsPrintWhatItShows(String example) throws Exception {
        Files.createSymbolicLink(folder.resolve("examples"), EXAMPLES);
        // One shell for a page, as a reader has one: what a command sets, the next one uses.
        Process shell = cluster.hostProgram("bash").directory(folder.toFile()).redirectErrorStream(true).start();
        try (BufferedReader output = shell.inputReader(UTF_8)) {
            for (Readme.Step step : Readme.read(EXAMPLES.resolve(example).resolve("README.md")).steps()) {
                shell.getOutputStream().write(("{ " + step.command() + "\n} < /dev/null; printf '\\nended with %s\\n' $?\n").getBytes(UTF_8));
                shell.getOutputStream().flush();
                StringBuilder said = new StringBuilder();
                String line = output.readLine();
                while (line != null && !line.startsWith("ended with ")) {
                    said.append(line).append('\n');
                    line = output.readLine();
                }
                assertThat(line).as("%s: %s%nsaid:%n%s", example, step.command(), said).isEqualTo("ended with 0");
                assertThat(step.matches(said.toString())).as("%s: %s%nsaid:%n%s%ninstead of:%n%s", example, step.command(), said, String.join("\n", step.expected())).isTrue();
            }
        } finally {
            shell.destroyForcibly();
            Files.delete(folder.resolve("examples"));
        }
    }

    /// What a page that failed left.
    @AfterEach
    void remove() {
        cluster.kubectl("delete", "--ignore-not-found", "--kustomize", EXAMPLES.resolve("tls-termination/kata").toString()).outputOrThrow();
    }
}
