package io.kubeqat.deviceplugin.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.deviceplugin.inventory.Inventory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/// The dashboard in the monitoring component asks for nothing that the plugin does not tell.
class DashboardTest {
    private static final Path DASHBOARD = Path.of("deploy/components/monitoring/dashboard.json");
    private static final Pattern METRIC = Pattern.compile("kube_qat_\\w+");
    private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (\\S+) ");

    /// JSON is YAML in which all text stands in quotes.
    @Test
    void isJsonWithPanels() throws IOException {
        String text = Files.readString(DASHBOARD);
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);

        Map<String, Object> dashboard = new Yaml(strict).load(text);
        assertThat((List<?>) dashboard.get("panels")).hasSize(10);
        String withoutText = text.replaceAll("\"(?:[^\"\\\\]|\\\\.)*\"", "");
        assertThat(withoutText).matches("[-\\s{}\\[\\]:,0-9]*");
    }

    @Test
    void asksForMetricsThatAreThere() throws IOException {
        String metrics = AgentMetrics.of(new AgentStatus(Inventory.EMPTY, List.of(), new TreeMap<>(), new TreeMap<>()), new TreeMap<>());
        List<String> known = FAMILY.matcher(metrics).results().map(family -> family.group(1)).toList();

        assertThat(METRIC.matcher(Files.readString(DASHBOARD)).results().map(MatchResult::group).distinct()).isNotEmpty().isSubsetOf(known);
    }
}
