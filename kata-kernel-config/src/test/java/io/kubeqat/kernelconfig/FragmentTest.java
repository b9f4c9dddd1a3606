package io.kubeqat.kernelconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FragmentTest {
    @TempDir
    private Path folder;

    @Test
    void aCommentBelongsToTheRequestsBelowIt() throws IOException {
        Fragment fragment = Fragment.read(file("""
                # The topic.

                # One reason
                # in two lines.
                CONFIG_A=y
                # CONFIG_B is not set
                # Another.
                CONFIG_C="text"

                CONFIG_D=5
                """));
        assertThat(fragment.requests()).extracting(Request::symbol, Request::value, Request::reason, Request::line).containsExactly(
                tuple("A", "y", "One reason in two lines.", 5),
                tuple("B", "n", "One reason in two lines.", 6),
                tuple("C", "\"text\"", "Another.", 8),
                tuple("D", "5", "", 10));
    }

    @Test
    void aLineOfAnotherKindIsRefusedWithItsPlace() throws IOException {
        Path file = file("# why\nCONFIG_A = y\n");
        assertThatThrownBy(() -> Fragment.read(file)).isInstanceOf(KernelConfigException.class).hasMessageContaining(":2: \"CONFIG_A = y\"");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("fragment.conf"), text);
    }
}
