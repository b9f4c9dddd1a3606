package io.kubeqat.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.verify.cluster.RecordedCluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// The command line, from words to exit code.
final class KubeQatIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @Test
    void printsTheFirstBrokenLinkAndEndsWithItsCode() throws IOException {
        try (RecordedCluster cluster = new RecordedCluster()) {
            assertThat(run("verify", "--kubeconfig", cluster.kubeconfig(directory).toString())).as(err::toString).isEqualTo(ExitCode.BROKEN.number());
        }
        assertThat(out.toString()).contains("First broken link: engine of kube-qat/haproxy-ingress-y (node n1)").contains("next step  follow the reasons");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void printsJsonAndTakesSeveralVerdictsInAnyCase() throws IOException {
        try (RecordedCluster cluster = new RecordedCluster()) {
            assertThat(run("verify", "--kubeconfig", cluster.kubeconfig(directory).toString(), "-o", "json", "--accept", "HW,none")).isEqualTo(ExitCode.BROKEN.number());
        }
        assertThat(out.toString()).startsWith("{\"verdict\":\"broken\",\"firstBroken\":{\"link\":\"certificate\",\"of\":\"echo.example\"");
    }

    @Test
    void saysSoWhenNobodyAnswers() throws IOException {
        Path kubeconfig;
        try (RecordedCluster cluster = new RecordedCluster()) {
            kubeconfig = cluster.kubeconfig(directory);
        }
        assertThat(run("verify", "--kubeconfig", kubeconfig.toString())).isEqualTo(ExitCode.UNREACHABLE.number());
        assertThat(err.toString()).startsWith("kube-qat: cannot list nodes: ").contains("; check the kubeconfig and its context");
    }

    @Test
    void saysSoWhenTheKubeconfigIsNone() throws IOException {
        Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), "clusters: {");

        assertThat(run("verify", "--kubeconfig", kubeconfig.toString())).as(err::toString).isEqualTo(ExitCode.UNREACHABLE.number());
        assertThat(err.toString()).contains("kubeconfig " + kubeconfig).contains("see that kubectl works with it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                           | a subcommand is missing: verify
            verify --kubeconfig /missing | cannot read /missing: give an existing kubeconfig
            verify --accept gpu          | expected one of [HW, SW, NONE]
            verify --timeout 0           | --timeout is 0: give 1 to 3600 seconds
            verfy                        | verfy""")
    void saysWhatIsWrongWithTheCommandLine(String line, String problem) {
        assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains(problem);
    }

    @Test
    void helpNamesEveryExitCode() {
        assertThat(run("verify", "--help")).isZero();
        for (ExitCode code : ExitCode.values()) {
            assertThat(out.toString().replaceAll("\\s+", " ")).contains(code.number() + " ");
        }
    }

    private int run(String... arguments) {
        CommandLine command = KubeQatMain.commandLine();
        return command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }
}
