package io.kubeqat.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PciIdTest {

    @Test
    void readsVendorAndDevice() {
        assertThat(PciId.parse("8086:04Bf")).isEqualTo(new PciId(0x8086, 0x4bf)).hasToString("8086:04bf");
    }

    @Test
    void quotesWhatItRefuses() {
        assertThatThrownBy(() -> PciId.parse("4940"))
                .hasMessage("\"4940\" is not a PCI vendor and device; expected a pair like 8086:4940");
    }
}
