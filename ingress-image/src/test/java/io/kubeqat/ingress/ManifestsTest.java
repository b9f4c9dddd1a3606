package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/// The manifests beside the image: what one file says of another must hold.
class ManifestsTest {
    private static final Path DEPLOY = Path.of("deploy");

    @Test
    void deploymentRunsTheImageOfThisVersion() throws IOException {
        assertThat(container()).containsEntry("image", "localhost/kube-qat/ingress-image:" + System.getProperty("project.version"));
    }

    @Test
    void patchOfTheComponentNamesTheDeploymentAndItsContainer() throws IOException {
        Map<String, Object> component = load(DEPLOY.resolve("components/qat/kustomization.yaml")).getFirst();
        List<Map<String, String>> patches = at(component, "patches");
        Map<String, Object> patch = new Yaml().load(patches.getFirst().get("patch"));
        Map<String, Object> deployment = deployment();
        assertThat(this.<String>at(patch, "metadata", "name")).isEqualTo(at(deployment, "metadata", "name"));
        List<Map<String, Object>> containers = at(patch, "spec", "template", "spec", "containers");
        assertThat(containers).hasSize(1).first().satisfies(container -> assertThat(container.get("name")).isEqualTo(container().get("name")));
    }

    @Test
    void configMapThatTheArgumentNamesTurnsTheEngineOn() throws IOException {
        Map<String, Object> configMap = load(DEPLOY.resolve("configmap.yaml")).getFirst();
        List<String> args = at(container(), "args");
        assertThat(args).contains("--configmap=$(POD_NAMESPACE)/" + at(configMap, "metadata", "name"));
        assertThat(this.<Map<String, Object>>at(configMap, "data"))
                .containsEntry("ssl-engine", "qat")
                .containsEntry("ssl-mode-async", "true")
                .containsEntry("config-global", "insecure-fork-wanted");
    }

    @Test
    void environmentHasWhatTheImageKnows() throws IOException {
        List<Map<String, Object>> variables = at(container(), "env");
        assertThat(variables).contains(Map.of("name", "KUBE_QAT_ACCELERATION", "value", "preferred"), Map.of("name", "QAT_POLICY", "value", "1"));
        assertThat(container()).as("where the preflight's reason is shown").containsEntry("terminationMessagePolicy", "FallbackToLogsOnError");
        List<Map<String, Object>> mounts = at(container(), "volumeMounts");
        assertThat(mounts).as("where the preflight writes").anyMatch(mount -> mount.get("mountPath").equals("/var/run/haproxy"));
    }

    @Test
    void budgetAndPolicyAreAboutTheDeploymentsPodsAndPorts() throws IOException {
        Map<String, Object> labels = at(deployment(), "spec", "template", "metadata", "labels");
        Map<String, Object> policy = load(DEPLOY.resolve("networkpolicy.yaml")).getFirst();
        for (Map<String, Object> selector : List.of(this.<Map<String, Object>>at(load(DEPLOY.resolve("poddisruptionbudget.yaml")).getFirst(), "spec", "selector", "matchLabels"),
                this.<Map<String, Object>>at(policy, "spec", "podSelector", "matchLabels"))) {
            assertThat(labels).containsAllEntriesOf(selector);
        }
        List<Map<String, Object>> ports = at(container(), "ports");
        List<Map<String, Object>> rules = at(policy, "spec", "ingress");
        assertThat(rules.stream().flatMap(rule -> this.<List<Map<String, Object>>>at(rule, "ports").stream()).map(port -> port.get("port")))
                .containsExactlyInAnyOrder("http", "https", "metrics", "haproxy-metrics").isSubsetOf(ports.stream().map(port -> port.get("name")).toList());
    }

    @Test
    void aPodThatGoesHasTheTimeThatItsConnectionsMayTake() throws IOException {
        int rest = this.<Integer>at(container(), "lifecycle", "preStop", "sleep", "seconds");
        String connections = at(load(DEPLOY.resolve("configmap.yaml")).getFirst(), "data", "timeout-stop");
        assertThat(this.<Integer>at(deployment(), "spec", "template", "spec", "terminationGracePeriodSeconds"))
                .isGreaterThan(rest + 60 * Integer.parseInt(connections.replace("m", "")));
    }

    @Test
    void everyFileIsNamedByTheKustomization() throws IOException {
        List<String> resources = at(load(DEPLOY.resolve("kustomization.yaml")).getFirst(), "resources");
        try (var files = Files.list(DEPLOY)) {
            assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).filter(name -> !name.equals("kustomization.yaml")))
                    .containsExactlyInAnyOrderElementsOf(resources);
        }
    }

    @Test
    void containerCanGainNoPrivilege() throws IOException {
        assertThat(container().get("securityContext"))
                .isEqualTo(Map.of("allowPrivilegeEscalation", false, "readOnlyRootFilesystem", true, "capabilities", Map.of("drop", List.of("ALL"))));
        assertThat(this.<Object>at(deployment(), "spec", "template", "spec", "securityContext"))
                .isEqualTo(Map.of("runAsNonRoot", true, "runAsUser", 99, "runAsGroup", 99, "seccompProfile", Map.of("type", "RuntimeDefault")));
    }

    private static Map<String, Object> deployment() throws IOException {
        return load(DEPLOY.resolve("deployment.yaml")).getFirst();
    }

    private Map<String, Object> container() throws IOException {
        List<Map<String, Object>> containers = at(deployment(), "spec", "template", "spec", "containers");
        return containers.getFirst();
    }

    private static List<Map<String, Object>> load(Path file) throws IOException {
        return StreamSupport.stream(new Yaml().loadAll(Files.readString(file)).spliterator(), false).map(ManifestsTest::<Map<String, Object>>cast).toList();
    }

    private <T> T at(Map<String, Object> from, String... path) {
        Object value = from;
        for (String key : path) {
            value = ManifestsTest.<Map<String, Object>>cast(value).get(key);
        }
        return cast(value);
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }
}
