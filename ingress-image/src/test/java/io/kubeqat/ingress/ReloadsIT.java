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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/// HAProxy reloaded under load, with the image's own engine at work and with the slow one. `make soak` does it 200 times each (`-Dreloads=200`).
class ReloadsIT {
    private static final int RELOADS = Integer.getInteger("reloads", 10);
    private static ImageRun run;

    @BeforeAll
    static void reload(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.with(Map.of(TestParts.load(), "/tls-load"), folder, "reloads", String.valueOf(RELOADS));
        System.out.println(String.join("\n", run.seen()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"qat", "slow"})
    void noHandshakeFails(String engine) {
        Map<String, Object> load = new Yaml().load(run.seen(engine + "-load").findFirst().orElseThrow());
        assertThat(load).as("the client's answer").containsEntry("done", true).containsEntry("failed", 0);
        assertThat((int) load.get("handshakes")).isGreaterThan(RELOADS);
    }

    /// One that serves, and old ones for as long as their connections last.
    @ParameterizedTest
    @ValueSource(strings = {"qat", "slow"})
    void everyReloadSucceedsAndOldWorkersGo(String engine) {
        assertThat(numbers(engine + "-reloads")).containsEntry("failed", 0L);
        assertThat(numbers(engine + "-reloads").get("most")).isLessThanOrEqualTo(12);
        assertThat(numbers(engine + "-late")).containsEntry("workers", 1L);
    }

    /// Each process began anew; what one handed to the next must not grow.
    @ParameterizedTest
    @ValueSource(strings = {"qat", "slow"})
    void memoryAndDescriptorsDoNotGrow(String engine) {
        Map<String, Long> early = numbers(engine + "-early");
        Map<String, Long> late = numbers(engine + "-late");
        assertThat(late.get("master") - early.get("master")).as("growth of the master in KB").isLessThan(5_000);
        assertThat(late.get("worker") - early.get("worker")).as("of the serving worker").isLessThan(10_000);
        assertThat(late.get("fds")).as("descriptors of the master").isEqualTo(early.get("fds"));
    }

    /// Without `-z nodelete` one in four loaded reloads ends a worker with 139.
    @Test
    void everyWorkerEndsWithNought() {
        assertThat(run.said().stream().filter(line -> line.contains("exited with code"))).hasSize(2 * (RELOADS + 1))
                .allMatch(line -> line.endsWith("exited with code 0 (Exit)"));
        assertThat(run.seen("qat-exit")).containsExactly("0");
        assertThat(run.seen("slow-exit")).containsExactly("0");
    }

    @Test
    void bothEnginesWereAtWork() {
        Map<String, Long> operations = numbers("operations");
        assertThat(operations.get("rsa")).isPositive();
        assertThat(operations.get("begun")).isPositive().isEqualTo(operations.get("ended"));
    }

    private static Map<String, Long> numbers(String key) {
        return Arrays.stream(run.seen(key).findFirst().orElseThrow().split(" "))
                .map(pair -> pair.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> Long.valueOf(pair[1])));
    }
}
