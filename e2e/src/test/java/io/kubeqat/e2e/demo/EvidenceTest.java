package io.kubeqat.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class EvidenceTest {
    @Test
    void isPrintedALineEachInColumns() {
        assertThat(Evidence.table(List.of(new Evidence("short", true, "a"), new Evidence("longer claim", false, "b"))))
                .isEqualTo("""
                          ok    short         a
                          FAIL  longer claim  b
                        """);
    }
}
