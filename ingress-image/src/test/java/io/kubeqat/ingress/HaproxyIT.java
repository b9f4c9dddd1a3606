package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The image's HAProxy with the image's engine, run as in a pod: uid 99, no privilege, read-only root.
class HaproxyIT {
    private static ImageRun run;

    @BeforeAll
    static void shakeHands(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.of(folder, "handshakes");
    }

    @Test
    void hasTheEngineInterface() {
        assertThat(run.seen("feature")).containsExactly("+ENGINE");
    }

    @Test
    void acceptsTheEngineLinesOfTheController() {
        assertThat(run.seen("configuration")).containsExactly("accepted");
    }

    @Test
    void servesEveryGroupWithEitherKeyBeforeAndAfterAReload() {
        assertThat(run.seen("handshake").map(Handshake::parse)).containsExactlyElementsOf(Handshake.everyGroupWithEitherKeyBeforeAndAfterAReload());
    }

    /// A connection and its server take two descriptors, and with jobs two more: of 2000 connections.
    @Test
    void runsHandshakesInJobsOnlyWhereTheEngineWorks() {
        boolean works = run.said().stream().filter(line -> line.startsWith("QAT engine: ")).noneMatch(line -> line.contains("acceleration=none"));
        assertThat(run.seen("descriptors").map(Integer::parseInt)).singleElement()
                .satisfies(number -> assertThat(number).isBetween(works ? 6_000 : 4_000, works ? 9_000 : 4_999));
    }

    @Test
    void endsItsWorkersWithoutACrash() {
        assertThat(run.seen("exit")).containsExactly("0");
        assertThat(run.said().stream().filter(line -> line.contains("worker (") && line.contains("exited with code"))).hasSize(2)
                .allMatch(line -> line.endsWith("exited with code 0 (Exit)"));
    }

    /// Without a device what is left is the CPU: `crypto_mb` 2021.12 needs the AVX-512 of Ice Lake. That a handshake succeeds proves nothing.
    @Test
    void saysWhichAccelerationIsInForce() throws IOException {
        List<String> flags = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("flags"))
                .limit(1)
                .flatMap(line -> Stream.of(line.split("\\s+")))
                .toList();
        boolean applicable = flags.containsAll(List.of("bmi2", "avx512f", "avx512dq", "avx512bw", "avx512ifma", "avx512_vbmi2", "vaes", "vpclmulqdq"));
        assertThat(run.said().stream().filter(line -> line.startsWith("QAT engine: ")).map(line -> line.replaceAll(" pid=[0-9]+$", "")).distinct())
                .containsExactly(applicable
                        ? "QAT engine: acceleration=sw hardware=no-device software=ready"
                        : "QAT engine: acceleration=none hardware=no-device software=unsupported-cpu");
    }
}
