package io.kubeqat.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClusterNameTest {
    @Test
    void becomesAControlGroupOfItsOwn() {
        assertThat(ClusterName.parse("a-1").controlGroup()).isEqualTo("kube-qat-a-1");
        assertThat(ClusterName.DEFAULT).isEqualTo(ClusterName.parse("default"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "A", "a/b", "..", "a b", "0123456789012345678901234567890"})
    void quotesWhatItRefuses(String text) {
        assertThatThrownBy(() -> ClusterName.parse(text))
                .hasMessage("\"" + text + "\" is no name for a cluster: use 1 to 30 lower-case letters, digits and inner hyphens");
    }
}
