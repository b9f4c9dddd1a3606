package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A VF that is there and does not work (busy, too little locked memory, or simulated): the real `libqat` finds it, fails, and the engine goes on
/// without it.
class BrokenVfIT {
    private static ImageRun run;

    @BeforeAll
    static void shakeHands(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.of(folder, "handshakes", "broken-vf");
    }

    @Test
    void libraryFindsTheVf() {
        assertThat(run.said()).anyMatch(line -> line.contains("Open vfio file /dev/vfio/7 failed!"));
    }

    @Test
    void engineSaysThatTheHardwareFailed() {
        assertThat(run.said().stream().filter(line -> line.startsWith("QAT engine: "))).isNotEmpty()
                .allMatch(line -> line.contains(" hardware=failed "));
    }

    @Test
    void handshakesGoOnInSoftware() {
        assertThat(run.seen("handshake").map(Handshake::parse))
                .containsExactlyElementsOf(Handshake.everyGroupWithEitherKeyBeforeAndAfterAReload());
        assertThat(run.seen("exit")).containsExactly("0");
    }
}
