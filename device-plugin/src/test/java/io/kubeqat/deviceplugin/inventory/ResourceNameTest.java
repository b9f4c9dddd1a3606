package io.kubeqat.deviceplugin.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceNameTest {

    @Test
    void isWrittenAsPodsAskForIt() {
        assertThat(new ResourceName("qat.intel.com", "asym-sym-dc")).hasToString("qat.intel.com/asym-sym-dc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Intel.com", "qat_intel", "-a", "a..b", "kubernetes.io", "x.kubernetes.io", "requests.x", "a/b"})
    void refusesPrefixThatKubeletRefuses(String prefix) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ResourceName(prefix, "cy")).withMessageStartingWith("\"" + prefix + "\" cannot stand before the /");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sym;asym", "-cy", "a/b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void refusesNameThatKubeletRefuses(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ResourceName("qat.intel.com", name)).withMessageStartingWith("\"" + name + "\" cannot stand after the /");
    }
}
