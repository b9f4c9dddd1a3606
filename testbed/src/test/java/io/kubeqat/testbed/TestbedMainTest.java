package io.kubeqat.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestbedMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int run(String... arguments) {
        return TestbedMain.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(arguments);
    }

    @Test
    void saysWhichClusterDoesNotRunAndHowToStartIt() {
        assertThat(run("kubectl", "--name", "none", "--state", folder.toString(), "get", "pods", "-A")).isEqualTo(ExitCode.NOT_RUNNING.number());
        assertThat(err).hasToString("testbed: no cluster named none runs: start one with \"testbed up --name none\"\n");
    }

    @Test
    void takesGlobalOptionsBeforeTheCommandToo() {
        assertThat(run("--name", "none", "--state", folder.toString(), "exec", "--", "ls", "-l")).isEqualTo(ExitCode.NOT_RUNNING.number());
    }

    @Test
    void findsNothingToEndWhereNothingRuns() {
        assertThat(run("down", "--state", folder.toString())).isEqualTo(ExitCode.DONE.number());
        assertThat(out).hasToString("There was no cluster default.\n");
    }

    @Test
    void refusesANameThatIsNone() {
        assertThat(run("up", "--name", "A/B")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).startsWith("--name: \"A/B\" is no name for a cluster");
    }
}
