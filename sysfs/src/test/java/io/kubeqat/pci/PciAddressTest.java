package io.kubeqat.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PciAddressTest {

    @ParameterizedTest
    @ValueSource(strings = {"0000:4b:00.1", "ffff:ff:1f.7", "10000:e1:00.0", "7fffffff:00:00.0"})
    void printsWhatItRead(String text) {
        assertThat(PciAddress.parse(text)).hasToString(text);
    }

    @Test
    void knowsItsVfs() {
        PciAddress pf = PciAddress.parse("0000:4b:00.0");

        assertThat(pf.virtualFunction(1, 1, 0)).hasToString("0000:4b:00.1");
        assertThat(pf.virtualFunction(8, 1, 15)).hasToString("0000:4b:02.7");
        assertThat(pf.virtualFunction(384, 2, 3)).hasToString("0000:4c:10.6");
        assertThatThrownBy(() -> PciAddress.parse("0000:ff:00.0").virtualFunction(256, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pf.virtualFunction(1, Integer.MAX_VALUE, 2)).as("a product beyond an int").isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pf.virtualFunction(-1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pf.virtualFunction(1, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pf.virtualFunction(1, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no VF 1 of 0000:4b:00.0 at an offset of 1 and a stride of 0");
    }

    @Test
    void takesDomainsOfMoreThanFourDigits() {
        assertThat(PciAddress.parse("10000:e1:02.3")).isEqualTo(new PciAddress(0x10000, 0xe1, 2, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4b:00.1", "000:4b:00.1", "0000:4b:20.0", "0000:4b:00.8", "0000:4b:00.1\n", "0000:4b:00", "g000:4b:00.1"})
    void quotesWhatItRefuses(String text) {
        assertThatThrownBy(() -> PciAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text + "\" is not a PCI address; expected one like 0000:4b:00.1");
    }

    @Test
    void refusesADomainThatTheKernelCannotHold() {
        assertThatThrownBy(() -> PciAddress.parse("80000000:00:00.0"))
                .hasMessage("\"80000000:00:00.0\" is not a PCI address: its domain is above 7fffffff");
    }

    @Test
    void sortsByNumberNotByText() {
        List<String> sorted = Stream.of("10000:00:00.0", "0000:4b:02.0", "0000:4b:00.7", "0000:4b:01.0")
                .map(PciAddress::parse)
                .sorted()
                .map(PciAddress::toString)
                .toList();

        assertThat(sorted).containsExactly("0000:4b:00.7", "0000:4b:01.0", "0000:4b:02.0", "10000:00:00.0");
    }
}
