package io.kubeqat.nodesetup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.nodesetup.plan.SetupStep;
import io.kubeqat.pci.PciAddress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final InstantSource clock = () -> now;

    @Test
    void namesTheWriteThatTheKernelDoesNotReturnFrom() {
        try (Progress progress = new Progress(new EventLog(new PrintStream(err, true, UTF_8), clock, EventLog.Level.INFO), clock)) {
            progress.tell();
            progress.start(2, 4, 17, 48, new SetupStep.UnbindDriver(PciAddress.parse("0000:6b:00.1"), "4xxxvf", "any"));
            now = now.plusSeconds(12);
            progress.tell();
            progress.idle(2);
            progress.tell();
        }

        assertThat(err.toString(UTF_8)).isEqualTo("2026-01-02T03:04:17Z INFO progress card=2/4 step=17/48 bdf=0000:6b:00.1 writing=0000:6b:00.1 "
                + "to=bus/pci/drivers/4xxxvf/unbind seconds=12\n");
    }
}
