package io.kubeqat.qat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubeqat.pci.PciId;
import java.util.List;
import org.junit.jupiter.api.Test;

class QatModelsTest {
    private static final String IGB = "igb  bench  8086:10c9  8086:10ca  igb  igbvf  no  no  0";

    @Test
    void knowsThatThreeDeviceIdsShareOneDriver() {
        assertThat(List.of("8086:4940", "8086:4942", "8086:4944"))
                .allSatisfy(id -> assertThat(QatModels.known().ofPf(PciId.parse(id)))
                        .hasValueSatisfying(model -> assertThat(model.pfDriver()).isEqualTo("4xxx")));
    }

    @Test
    void knowsThatTheDriverOfC62xIsCalledC6xx() {
        assertThat(QatModels.known().ofVf(PciId.parse("8086:37c9")))
                .contains(new QatModel("c62x", "gen2", PciId.parse("8086:37c8"), PciId.parse("8086:37c9"), "c6xx", "c6xxvf", false, true, 0));
    }

    @Test
    void takesAnotherDeviceForACard() {
        QatModels models = QatModels.known().with(QatModels.parse(IGB + " # a NIC with SR-IOV").rows());

        assertThat(models.ofPf(PciId.parse("8086:10c9"))).map(QatModel::name).contains("igb");
        assertThat(models.rows()).hasSize(QatModels.known().rows().size() + 1);
    }

    @Test
    void replacesARowOfTheSameName() {
        QatModels once = QatModels.parse(IGB);
        QatModels twice = once.with(QatModels.parse(IGB.replace("10ca", "1520")).rows());

        assertThat(twice.rows()).singleElement().returns(PciId.parse("8086:1520"), QatModel::vfId);
    }

    @Test
    void refusesADeviceIdThatIsThereTwice() {
        assertThatThrownBy(() -> QatModels.parse(IGB + "\n" + IGB.replaceFirst("igb", "other")))
                .hasMessage("8086:10c9 is in the table of cards twice");
    }

    @Test
    void saysWhichLineItDoesNotUnderstand() {
        assertThatThrownBy(() -> QatModels.parse("# heading\nigb bench 10c9 8086:10ca igb igbvf no no 0"))
                .hasMessage("table of cards, line 2 (\"igb bench 10c9 8086:10ca igb igbvf no no 0\"): "
                        + "\"10c9\" is not a PCI vendor and device; expected a pair like 8086:4940");
        assertThatThrownBy(() -> QatModels.parse("igb bench")).hasMessage("table of cards, line 1 (\"igb bench\"): expected 9 columns, found 2");
    }
}
