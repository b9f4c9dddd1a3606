package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clients leave behind in HAProxy that go away while the engine works: the tests of `patches/haproxy`. The engine is a slow one without
/// hardware, so this holds on any machine.
class AbortedHandshakesIT {
    private static ImageRun run;

    @BeforeAll
    static void abort(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.of(folder, "aborts");
    }

    @Test
    void everyOperationThatPausedIsResumedToItsEnd() {
        assertThat(look("end").get("begun")).as("operations that were begun: without any this proves nothing").isGreaterThan(1000);
        assertThat(look("end").get("ended")).isEqualTo(look("end").get("begun"));
        assertThat(look("refused").get("ended")).isEqualTo(look("refused").get("begun"));
    }

    /// Unpatched: about 16 KB for each abort that meets a paused job, some 130 MB here.
    @Test
    void abortsLeaveNoMemoryBehind() {
        assertThat(look("end").get("rss") - look("warm").get("rss")).as("growth in KB over 12,000 aborts").isLessThan(5_000);
    }

    /// Unpatched: one for each connection that is refused, some 700 here.
    @Test
    void refusedConnectionsLeaveNoSocketBehind() {
        assertThat(look("refused").get("fds")).isEqualTo(look("free").get("fds"));
    }

    @Test
    void otherClientsAreServedAndTheProcessEnds() {
        assertThat(run.seen("good-client")).containsExactly("served", "served");
        assertThat(run.seen("exit")).containsExactly("0", "0");
    }

    private static Map<String, Long> look(String when) {
        return run.seen(when)
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .map(pair -> pair.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> Long.valueOf(pair[1])));
    }
}
