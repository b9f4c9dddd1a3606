package io.kubeqat.kernelconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.api.Test;

/// A small world in Kconfig's columns: name, type, prompt, depends, selected by, choice, place.
final class CheckTest {
    private static final Symbols SYMBOLS = Symbols.of("6.12", Stream.of(
            "MENU|bool|y|y|n||fs/Kconfig:1",
            "EROFS_FS|tristate|MENU && BLOCK|MENU && BLOCK|n||fs/erofs/Kconfig:3",
            "BLOCK|bool|y|y|n||block/Kconfig:1",
            "XATTR|bool|EROFS_FS|EROFS_FS|n||fs/erofs/Kconfig:30",
            "HIDDEN|tristate|n|y|DRIVER && MENU || OTHER||lib/Kconfig:7",
            "DRIVER|bool|y|y|n||drivers/Kconfig:1",
            "FORCED|bool|y|y|DRIVER && BLOCK||drivers/Kconfig:2",
            "EXPERTS|bool|EXPERT|y|n||init/Kconfig:9",
            "EXPERT|bool|y|y|n||init/Kconfig:1",
            "FAST|bool|y|y|n|FAST SLOW |kernel/Kconfig:1",
            "SLOW|bool|y|y|n|FAST SLOW |kernel/Kconfig:2",
            "COUNT|integer|y|y|n||kernel/Kconfig:3").map(line -> line.replace(" || ", " @@ ").replace('|', '\t').replace("@@", "||")).toList());
    private static final KernelConfig CONFIG = new KernelConfig(Map.of("BLOCK", "y", "DRIVER", "y", "FORCED", "y", "SLOW", "y", "COUNT", "64", "MODULE", "m"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "EROFS_FS|y|it needs MENU (not set)",
        "XATTR|y|it needs EROFS_FS (not set); EROFS_FS needs MENU (not set)",
        "EROFS|y|Linux 6.12 has no such symbol; did you mean CONFIG_EROFS_FS?",
        "BLOK|y|Linux 6.12 has no such symbol; did you mean CONFIG_BLOCK?",
        "QUITE_DIFFERENT|y|Linux 6.12 has no such symbol",
        "HIDDEN|y|it has no prompt, so a configuration cannot ask for it: it comes with CONFIG_DRIVER, CONFIG_OTHER",
        "FORCED|n|it is selected by CONFIG_DRIVER",
        "EXPERTS|y|its prompt is shown only with EXPERT (not set)",
        "FAST|y|one of a choice is taken, and that is CONFIG_SLOW",
        "COUNT|9999|Kconfig made it 64 (integer, kernel/Kconfig:3)",
        "MENU|y|nothing stands in its way (fs/Kconfig:1): ask for CONFIG_MENU=y",
        "MODULE|y|as a module it is there only if the guest's image holds it and something loads it, and Kata's image does neither",
    })
    void saysWhyARequestDidNotComeThrough(String symbol, String value, String cause) {
        assertThat(missing(Optional.of(SYMBOLS), symbol, value)).singleElement().extracting(Check.Missing::cause).isEqualTo(cause);
    }

    @Test
    void saysNothingOfWhatIsThere() {
        assertThat(missing(Optional.of(SYMBOLS), "BLOCK", "y")).isEmpty();
        assertThat(missing(Optional.of(SYMBOLS), "MENU", "n")).isEmpty();
        assertThat(missing(Optional.of(SYMBOLS), "COUNT", "64")).isEmpty();
    }

    @Test
    void withoutTheKernelsToolsItStillSaysWhatIsMissing() {
        assertThat(missing(Optional.empty(), "EROFS_FS", "y")).singleElement().extracting(Check.Missing::text).isEqualTo("CONFIG_EROFS_FS=y is wanted, but it is not set");
    }

    private static List<Check.Missing> missing(Optional<Symbols> symbols, String symbol, String value) {
        Path file = Path.of("guest/a.conf");
        return new Check(CONFIG, symbols).missing(List.of(new Fragment(file, List.of(new Request(symbol, value, "because", file, 3)))));
    }
}
