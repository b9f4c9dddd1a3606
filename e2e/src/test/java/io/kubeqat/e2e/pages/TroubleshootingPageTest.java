package io.kubeqat.e2e.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the site's page on troubleshooting quotes is what the programs print, and what the agents complain about is on it.
final class TroubleshootingPageTest {
    private static final Checkout CHECKOUT = new Checkout(Path.of("").toAbsolutePath().getParent());
    private static final String PAGE = Checkout.read(CHECKOUT.project().resolve("site/pages/troubleshooting.md"));
    private static final Pattern QUOTE = Pattern.compile("`([^`]+)`");
    /// What the agents say at WARN and ERROR, up to the first value.
    private static final Pattern COMPLAINT = Pattern.compile("(?:log\\.(?:warn|error)\\(|Level\\.(?:WARNING|ERROR),(?: \\(\\) ->)?)\\s*\"([^\"]+)\"");

    private static final Map<String, String> NOT_OURS = Map.of(
            "Insufficient qat.intel.com/cy", "the scheduler's",
            "kubectl describe pod", "a command",
            "UnexpectedAdmissionError", "the kubelet's",
            "KUBE_QAT_ACCELERATION=required", "a setting");

    @Test
    void quotesWhatTheProgramsPrint() {
        String sources = CHECKOUT.sources();
        assertThat(quotes().filter(quote -> !NOT_OURS.containsKey(quote)).filter(quote -> !sources.contains(quote.replaceFirst("=(hw|sw|none)$", "="))))
                .as("quotes that no program prints").isEmpty();
    }

    @Test
    void explainsWhatTheAgentsComplainAbout() {
        List<String> quotes = quotes().toList();
        for (String module : List.of("node-setup", "device-plugin")) {
            assertThat(complaints(module)).hasSizeGreaterThan(8)
                    .allSatisfy(complaint -> assertThat(quotes).as("quotes, for \"%s\" of %s", complaint, module).anyMatch(quote -> complaint.startsWith(quote.strip())));
        }
    }

    /// Of the first column of each table.
    private static Stream<String> quotes() {
        return PAGE.lines().filter(line -> line.startsWith("| ")).map(line -> line.split(" \\| ")[0]).flatMap(cell -> QUOTE.matcher(cell).results()).map(result -> result.group(1));
    }

    private static Stream<String> complaints(String module) {
        return COMPLAINT.matcher(CHECKOUT.sourcesOf(module)).results().map(result -> result.group(1).strip());
    }
}
