package io.kubeqat.nodesetup.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.pci.PciId;
import io.kubeqat.qat.QatModel;
import io.kubeqat.qat.QatModels;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ProfileTest {
    private static final PciAddress ADDRESS = PciAddress.parse("0000:6b:00.0");
    private static final QatModel MODEL = QatModels.known().ofPf(PciId.parse("8086:4944")).orElseThrow();
    private static final DesiredCard DESIRED = new DesiredCard(Optional.empty(), new VfCount.All(), "vfio-pci");

    @Test
    void matchesNodesByPattern() {
        assertThat(matches(List.of("edge-*"), List.of(), "edge-1")).isTrue();
        assertThat(matches(List.of("*-edge"), List.of(), "a.edge")).isFalse();
        assertThat(matches(List.of("a.b"), List.of(), "axb")).isFalse();
        assertThat(matches(List.of("x", "*b*"), List.of(), "abc")).isTrue();
        assertThat(matches(List.of(), List.of(), "")).isTrue();
    }

    @Test
    void matchesCardsByAddressModelAndFamily() {
        assertThat(matches(List.of(), List.of(new CardSelector.Address(ADDRESS)), "n")).isTrue();
        assertThat(matches(List.of(), List.of(new CardSelector.Address(PciAddress.parse("0000:6b:00.1"))), "n")).isFalse();
        assertThat(matches(List.of(), List.of(new CardSelector.Kind("402xx")), "n")).isTrue();
        assertThat(matches(List.of(), List.of(new CardSelector.Kind("gen4")), "n")).isTrue();
        assertThat(matches(List.of(), List.of(new CardSelector.Kind("4xxx")), "n")).isFalse();
    }

    @Test
    void matchesCardsByTheIdOfTheirPfAndByTheirNumaNode() {
        assertThat(matches(List.of(), List.of(new CardSelector.PfId(PciId.parse("8086:4944"))), "n")).isTrue();
        assertThat(matches(List.of(), List.of(new CardSelector.PfId(PciId.parse("8086:4940"))), "n")).isFalse();
        assertThat(matches(List.of(), List.of(new CardSelector.NumaNode(1)), "n")).isTrue();
        assertThat(matches(List.of(), List.of(new CardSelector.NumaNode(0)), "n")).isFalse();
    }

    private static boolean matches(List<String> nodes, List<CardSelector> cards, String node) {
        return new Profile("p", nodes, cards, Optional.of(DESIRED)).matches(node, ADDRESS, MODEL, OptionalInt.of(1));
    }
}
