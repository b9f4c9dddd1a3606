package io.kubeqat.verify.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kubeqat.verify.snapshot.Answer;
import io.kubeqat.verify.snapshot.PodState;
import io.kubeqat.verify.snapshot.Snapshot;
import io.kubeqat.verify.snapshot.TlsHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterReaderIT {
    private static final String PODS = "/api/v1/namespaces/kube-qat/pods/";

    @TempDir
    private Path directory;

    private RecordedCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new RecordedCluster();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void seesNodesPodsAndWhatTheyTell() throws IOException {
        Snapshot snapshot = read();

        assertThat(snapshot.agentInstalled()).isEqualTo(Answer.given(true));
        assertThat(snapshot.nodes()).singleElement().satisfies(node -> {
            assertThat(node.name()).isEqualTo("n1");
            assertThat(node.ready()).isTrue();
            assertThat(node.capacity()).isEqualTo(Map.of("qat.intel.com/cy", 16L));
            assertThat(node.allocatable()).isEqualTo(Map.of("qat.intel.com/cy", 16L));
        });
        assertThat(snapshot.pods()).as("the echo server is none of ours").extracting(PodState::name).containsExactlyInAnyOrder("qat-device-plugin-x", "haproxy-ingress-y");
        PodState ingress = snapshot.pods(PodState.Kind.INGRESS).getFirst();
        assertThat(ingress.devices()).isEqualTo(Map.of("qat.intel.com/cy", 3L));
        assertThat(ingress.ready()).isTrue();
        assertThat(ingress.samples("kube_qat_acceleration")).hasSize(3);
        assertThat(ingress.log().toOptional()).get().asString().contains("QAT preflight: acceleration=none");
        PodState agent = snapshot.pods(PodState.Kind.AGENT).getFirst();
        assertThat(agent.events()).extracting("what").contains("card is ready");
        assertThat(agent.initContainers()).singleElement().satisfies(container -> assertThat(container.failure()).isEmpty());
        assertThat(snapshot.configMap().toOptional()).get().satisfies(map -> assertThat(map).get().isInstanceOf(Map.class));
        assertThat(snapshot.hosts()).isEqualTo(Answer.given(List.of(new TlsHost("kube-qat/echo-server", "echo.example", Optional.of("echo-server-tls")))));
    }

    /// No right is missing, and none is granted that is not needed.
    @Test
    void asksForWhatTheShippedRolesGrantAndForNothingElse() throws IOException {
        read();

        assertThat(cluster.requests()).allMatch(request -> request.startsWith("GET "));
        assertThat(cluster.requests().stream().map(ClusterReaderIT::right).distinct()).containsExactlyInAnyOrderElementsOf(granted());
    }

    @Test
    void whatMayNotBeReadIsMissingWithTheServersOwnReason() throws IOException {
        cluster.refuse(PODS + "qat-device-plugin-x:9464/proxy/metrics", 403).refuse("/apis/networking.k8s.io/v1/ingresses", 403)
                .refuse("/apis/apps/v1/namespaces/kube-qat/daemonsets/qat-device-plugin", 404);

        Snapshot snapshot = read();

        assertThat(snapshot.pods(PodState.Kind.AGENT).getFirst().metrics()).isEqualTo(Answer.missing(PODS + "qat-device-plugin-x:9464/proxy/metrics is refused"));
        assertThat(snapshot.hosts()).isEqualTo(Answer.missing("/apis/networking.k8s.io/v1/ingresses is refused"));
        assertThat(snapshot.agentInstalled()).isEqualTo(Answer.given(false));
    }

    @Test
    void withoutNodesThereIsNoSnapshot() {
        cluster.refuse("/api/v1/nodes", 403);

        assertThatThrownBy(this::read).isInstanceOf(ClusterException.class)
                .hasMessage("cannot list nodes: /api/v1/nodes is refused; check the kubeconfig and its context, or grant the ClusterRole of verify/deploy");
    }

    private Snapshot read() throws IOException {
        try (KubernetesClient client = new Connection(Optional.of(cluster.kubeconfig(directory)), Optional.empty(), Duration.ofSeconds(30)).open()) {
            return new ClusterReader(client, "kube-qat", "qat.intel.com").read();
        }
    }

    /// The right that a request needs: verb, resource, and, where it is of one object, its name or its namespace.
    private static String right(String request) {
        String[] path = request.replaceFirst("GET /apis?/([a-z0-9.]+/)?v1/", "").split("/");
        if (!path[0].equals("namespaces")) {
            return "list " + path[0];
        }
        String resource = path[2] + (path.length > 4 ? "/" + path[4] : "");
        return "get " + resource + (resource.startsWith("pods/") ? "" : " " + path[3]);
    }

    private static Set<String> granted() throws IOException {
        Set<String> rights = new TreeSet<>();
        for (String document : Files.readString(Path.of("deploy/rbac.yaml")).split("(?m)^---$")) {
            HasMetadata object = new KubernetesSerialization().unmarshal(document);
            List<PolicyRule> rules = switch (object) {
                case ClusterRole role -> role.getRules();
                case Role role -> role.getRules();
                default -> List.of();
            };
            rules.forEach(rule -> rule.getResources().forEach(resource -> rule.getVerbs().forEach(verb -> names(rule).forEach(name ->
                    rights.add(verb + " " + resource + name)))));
        }
        return rights;
    }

    private static Stream<String> names(PolicyRule rule) {
        return rule.getResourceNames().isEmpty() ? Stream.of("") : rule.getResourceNames().stream().map(name -> " " + name);
    }
}
