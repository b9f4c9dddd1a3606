package io.kubeqat.deviceplugin.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class MetricsTextTest {

    @Test
    void isWhatPrometheusReads() {
        SequencedMap<String, String> labels = new LinkedHashMap<>();
        labels.put("pf", "0000:4b:00.0");
        labels.put("reason", "cannot understand \"a\\b\"\nat all");

        assertThat(new MetricsText().gauge("a", "One \\ two\nthree").sample(labels, 1).counter("b_total", "Two").sample(new LinkedHashMap<>(), -2)).hasToString("""
                # HELP a One \\\\ two\\nthree
                # TYPE a gauge
                a{pf="0000:4b:00.0",reason="cannot understand \\"a\\\\b\\"\\nat all"} 1
                # HELP b_total Two
                # TYPE b_total counter
                b_total -2
                """);
    }
}
