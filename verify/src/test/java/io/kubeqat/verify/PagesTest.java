package io.kubeqat.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.verify.chain.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The pages for people say what the code says.
final class PagesTest {
    @Test
    void eachExitCodeIsOnItsPageWithItsMeaning() throws IOException {
        assertThat(rows("exit-codes.md").stream().map(row -> row.replaceFirst(" \\|[^|]*\\|$", " |")))
                .containsExactlyElementsOf(Arrays.stream(ExitCode.values()).map(code -> "| " + code.number() + " | " + code.meaning() + " |").toList());
    }

    @Test
    void eachFaultIsOnItsPageWithSymptomAndNextStep() throws IOException {
        assertThat(rows("faults.md"))
                .containsExactlyElementsOf(Arrays.stream(Fault.values()).map(fault -> "| `" + fault.word() + "` | " + fault.symptom() + " | " + fault.nextStep() + " |").toList());
    }

    private static List<String> rows(String page) throws IOException {
        return Files.readAllLines(Path.of(page)).stream().filter(line -> line.matches("\\| [0-9`].*")).toList();
    }
}
