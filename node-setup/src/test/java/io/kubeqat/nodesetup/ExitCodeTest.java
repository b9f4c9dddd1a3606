package io.kubeqat.nodesetup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
    @Test
    void eachIsOnThePageWithItsMeaning() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("exit-codes.md")).stream().filter(line -> line.matches("\\| [0-9].*")).toList();

        assertThat(rows.stream().map(row -> row.replaceFirst(" \\|[^|]*\\|$", " |")))
                .containsExactlyElementsOf(Arrays.stream(ExitCode.values()).map(code -> "| " + code.number() + " | " + code.meaning() + " |").toList());
    }
}
