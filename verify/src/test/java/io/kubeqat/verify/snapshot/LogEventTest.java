package io.kubeqat.verify.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LogEventTest {
    @Test
    void readsNodeSetupsLinesAndNothingElse() {
        List<LogEvent> events = LogEvent.parse("""
                2026-11-24T09:24:16.950Z INFO card is ready bdf=0000:6b:00.0 services=asym;sym vfs=16 on-vfio-pci=16 steps=33
                2026-11-24T09:24:16.950Z ERROR cannot set card up bdf=0000:6b:00.0 reason="cannot write \\"16\\" to a file: no; then\\nretry"
                	at io.kubeqat.nodesetup.NodeSetup.run(NodeSetup.java:1)
                2026-11-24T09:24:16.950Z WARN interrupted
                """).toList();

        assertThat(events).containsExactly(
                new LogEvent("INFO", "card is ready", Map.of("bdf", "0000:6b:00.0", "services", "asym;sym", "vfs", "16", "on-vfio-pci", "16", "steps", "33")),
                new LogEvent("ERROR", "cannot set card up", Map.of("bdf", "0000:6b:00.0", "reason", "cannot write \"16\" to a file: no; then\nretry")),
                new LogEvent("WARN", "interrupted", Map.of()));
    }
}
