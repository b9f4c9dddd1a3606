package io.kubeqat.qat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceSetTest {

    @Test
    void doesNotCareAboutOrder() {
        assertThat(ServiceSet.parse("sym;asym")).isEqualTo(ServiceSet.parse("asym;sym")).isEqualTo(ServiceSet.of(Service.SYM, Service.ASYM));
    }

    @Test
    void printsInTheOrderOfNewerKernels() {
        assertThat(ServiceSet.parse("dcc;decomp;dc;sym;asym")).hasToString("asym;sym;dc;decomp;dcc");
    }

    @ParameterizedTest
    @CsvSource({
        "sym;asym, cy", "asym;sym, cy", "dc, dc", "sym, sym", "asym, asym", "dcc, dcc", "decomp, decomp", "dc;asym, asym-dc", "dc;sym, sym-dc",
        "sym;asym;dc, asym-sym-dc", "decomp;asym, asym-decomp"
    })
    void namesTheResourceAsIntelsPluginDoes(String services, String resource) {
        assertThat(ServiceSet.parse(services).resourceName()).isEqualTo(resource);
    }

    @ParameterizedTest
    @CsvSource({
        "sym;aysm, '\"aysm\" is no service'",
        "'', a service is missing",
        "sym;, a service is missing",
        "SYM, '\"SYM\" is no service'",
        "sym asym, '\"sym asym\" is no service'",
        "sym;sym, '\"sym\" is named twice'"
    })
    void quotesWhatItRefuses(String text, String why) {
        assertThatThrownBy(() -> ServiceSet.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text + "\" is not a set of services: " + why
                        + "; expected one or more of asym, sym, dc, decomp, dcc with \";\" between them");
    }
}
