package io.kubeqat.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.simulator.Scenario.Card;
import io.kubeqat.simulator.Scenario.Iommu;
import io.kubeqat.simulator.Scenario.Kernel;
import io.kubeqat.simulator.Scenario.VfsAtStart;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ScenarioReaderTest {
    private static void refused(String yaml, String... problems) {
        assertThatExceptionOfType(SimulatorException.class)
                .isThrownBy(() -> ScenarioReader.read("lab.yaml", yaml))
                .withMessage(String.join("\n", problems))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.BAD_CONFIGURATION));
    }

    @Test
    void theBuiltInScenarioSpellsOutTheDefaults() {
        Scenario spelledOut = Scenario.builtIn("one-card").orElseThrow();

        assertThat(spelledOut).isEqualTo(new Scenario(
                new Kernel(Services.CANONICAL, false, false, false, false),
                List.of(new Card(PciAddress.parse("0000:6b:00.0"), CardModel.QAT_4XXX, List.of(), 0, 16, Optional.of("sym;asym"), Iommu.YES, 1,
                        VfsAtStart.NONE))));
        assertThat(Scenario.parse("cards: [{bdf: 0000:6b:00.0, device: 4940, services: sym;asym}]")).isEqualTo(spelledOut);
    }

    @Test
    void theOtherBuiltInScenarioHasACardOnEachSocket() {
        assertThat(Scenario.builtIn("two-cards").orElseThrow().cards()).extracting(Card::numa, Card::totalVfs)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(0, 16), org.assertj.core.groups.Tuple.tuple(1, 16));
        assertThat(Scenario.builtIn("three-cards")).isEmpty();
    }

    @Test
    void allProblemsAreReportedAtOnceWithTheirLines() {
        refused("""
                kernel:
                  cfgServicesReadback: canonical
                  vfDrivers: mine
                cards:
                  - bdf: 6b:00.0
                    device: 4941
                    numa: many
                    totalVfs: 500
                  - device: 4940
                    services: tls
                    iommu: perhaps
                    iommu: yes
                cardz: []
                """,
                "lab.yaml:13: unknown key \"cardz\"; did you mean \"cards\"? The keys of the scenario are cards, kernel",
                "lab.yaml:2: unknown key \"cfgServicesReadback\"; did you mean \"cfgServicesReadBack\"? The keys of kernel are cfgServicesReadBack,"
                        + " disableDenylist, vfDrivers, vfsWithoutIommu, zeroVfs",
                "lab.yaml:3: \"vfDrivers\" is \"mine\"; allowed are in-tree, out-of-tree",
                "lab.yaml:5: \"6b:00.0\" is not a PCI address; expected one like 0000:4b:00.1",
                "lab.yaml:6: \"4941\" is no device ID of a QAT card; known are 0435, 37c8, 19e2, 4940, 4942, 4944, 4946, 4948",
                "lab.yaml:7: \"many\" is no number of the right form",
                "lab.yaml:8: \"totalVfs\" is 500; it must be from 1 to 128",
                "lab.yaml:12: the key \"iommu\" stands here a second time",
                "lab.yaml:9: \"bdf\" is missing",
                "lab.yaml:11: \"iommu\" is \"perhaps\"; allowed are no, noiommu, yes",
                "lab.yaml:10: the driver does not take the services \"tls\"; write up to 2 of asym, sym, dc with a semicolon between, or dcc alone");
    }

    @Test
    void cardsWhoseVfsOverlapAreRefused() {
        refused("""
                cards:
                  - {bdf: 0000:6b:00.0, device: 4940}
                  - {bdf: 0000:6b:01.0, device: 4940}
                """,
                "lab.yaml:3: the card 0000:6b:01.0 and its VFs take the address 0000:6b:01.0, which the card of line 2 has too");
    }

    @Test
    void aStartThatTheKernelWouldRefuseIsRefused() {
        refused("""
                kernel: {vfsWithoutIommu: refuse}
                cards:
                  - {bdf: 0000:6b:00.0, device: 4940, iommu: no, vfs: enabled}
                  - bdf: 0000:7b:00.0
                    device: 37c8
                    vfs: bound
                """,
                "lab.yaml:3: the card has no IOMMU and \"vfsWithoutIommu\" is refuse, so it cannot start with VFs",
                "lab.yaml:6: vfio-pci refuses the VFs of this card, so they cannot be bound at start; write enabled or none");
    }

    @Test
    void aGen2CardTakesNoServices() {
        refused("cards: [{bdf: 0000:6b:00.0, device: 37c8, services: sym}]",
                "lab.yaml:1: a card of this kind has no qat/cfg_services; take \"services\" away");
    }

    @Test
    void whatIsNoScenarioIsRefused() {
        refused("", "lab.yaml:1: the scenario is empty; it needs a list \"cards\"");
        refused("cards: []", "lab.yaml:1: \"cards\" is empty; name at least one card");
        refused("cards: one", "lab.yaml:1: \"cards\" must be a list");
        refused("kernel: {}", "lab.yaml:1: \"cards\" is missing");
        refused("cards:\n  - [\n", "lab.yaml:3: this is not YAML: expected the node content, but found '<stream end>'");
    }
}
