package io.kubeqat.e2e.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.e2e.pages.Page.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PageTest {
    @TempDir
    private Path folder;

    @Test
    void hasTheCommandsOfItsBlocksInOrder() throws IOException {
        Path page = Files.writeString(folder.resolve("README.md"), """
                # Title
                ```
                not run
                ```
                ```sh
                a
                b
                ```
                ```console
                $ c \\
                >   d
                one
                $ e
                ```
                """);

        assertThat(Page.read(page).steps()).containsExactly(
                new Step("a\nb", List.of(), false), new Step("c \\\n  d", List.of("one"), true), new Step("e", List.of(), true));
    }

    @Test
    void hasTheCommandsOfASection() throws IOException {
        Path page = Files.writeString(folder.resolve("page.md"), "## A\n```sh\na\n```\n## B\ntext\n```sh\nb\n```\n## C\n```sh\nc\n```\n");

        assertThat(Page.section(page, "B").steps()).containsExactly(new Step("b", List.of(), false));
    }

    @Test
    void takesALineOfDotsForAnyLinesAndDotsInALineForAnyCharacters() {
        Step step = new Step("x", List.of("begin", "…", "NAME…  [1]"), true);

        assertThat(step.matches("begin\nNAME-a  [1]\n\n")).isTrue();
        assertThat(step.matches("begin\nmore\nmore\nNAME  [1]")).isTrue();
        assertThat(step.matches("begin\nNAME  1")).isFalse();
        assertThat(step.matches("other\nbegin\nNAME  [1]")).isFalse();
        assertThat(step.matches("begin\nNAME  [1]\nmore")).isFalse();
    }

    @Test
    void wantsNothingPrintedWhereNothingIsShown() {
        assertThat(new Step("x", List.of(), true).matches("")).isTrue();
        assertThat(new Step("x", List.of(), true).matches("an error\n")).isFalse();
    }
}
