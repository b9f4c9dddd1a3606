package io.kubeqat.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each check notices what it is for.
final class ManifestChecksTest {
    private static final Set<String> IMAGES = Set.of("localhost/kube-qat/a:1");
    private static final String GOOD = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: a, namespace: kube-qat, labels: {app.kubernetes.io/name: a, app.kubernetes.io/part-of: kube-qat}}
            spec:
              selector: {matchLabels: {app: a}}
              template:
                metadata: {labels: {app: a}}
                spec:
                  serviceAccountName: a
                  enableServiceLinks: false
                  containers:
                    - name: a
                      image: localhost/kube-qat/a:1
                      ports: [{name: http, containerPort: 80}]
                      resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}
                      securityContext: {readOnlyRootFilesystem: true}
                      readinessProbe: {tcpSocket: {port: http}}
                      livenessProbe: {tcpSocket: {port: http}}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: a, namespace: kube-qat, labels: {app.kubernetes.io/name: a, app.kubernetes.io/part-of: kube-qat}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: a, namespace: kube-qat, labels: {app.kubernetes.io/name: a, app.kubernetes.io/part-of: kube-qat}}
            spec: {selector: {app: a}, ports: [{name: http, port: 80, targetPort: http}]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: a, namespace: kube-qat, labels: {app.kubernetes.io/name: a, app.kubernetes.io/part-of: kube-qat}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}
            subjects: [{kind: ServiceAccount, name: a, namespace: kube-qat}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: a, namespace: kube-qat, labels: {app.kubernetes.io/name: a, app.kubernetes.io/part-of: kube-qat}}
            rules: []
            """;

    @TempDir
    private Path directory;

    @Test
    void goodManifestsHaveNoProblem() {
        assertThat(objects(GOOD).stream().flatMap(object -> UnknownFields.of(object).stream())).isEmpty();
        assertThat(Consistency.problems(objects(GOOD), IMAGES)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            image: localhost/kube-qat/a:1              | image: localhost/kube-qat/a:2              | Deployment/a: a runs an image that is not built here: localhost/kube-qat/a:2
            {cpu: 1m, memory: 1Mi}                     | {cpu: 1m}                                  | Deployment/a: a does not request cpu and memory
            limits: {memory: 1Mi}                      | limits: {}                                 | Deployment/a: a has no limit of memory
            readOnlyRootFilesystem: true               | readOnlyRootFilesystem: false              | Deployment/a: a may write to its root file system
            livenessProbe: {tcpSocket: {port: http}}   | env: []                                    | Deployment/a: a has no livenessProbe
            readinessProbe: {tcpSocket: {port: http}}  | env: []                                    | Deployment/a: a has no readinessProbe
            enableServiceLinks: false                  | enableServiceLinks: true                   | Deployment/a: takes the variables of all Services
            serviceAccountName: a                      | serviceAccountName: b                      | Deployment/a: ServiceAccount b is not there
            serviceAccountName: a                      | hostNetwork: false                         | Deployment/a: takes the token of the default ServiceAccount
            targetPort: http                           | targetPort: https                          | Service/a: no container has the port https
            spec: {selector: {app: a}                  | spec: {selector: {app: b}                  | Service/a: chooses no pod
            kind: Role, name: a                        | kind: Role, name: b                        | RoleBinding/a: Role b is not there
            {kind: ServiceAccount, name: a,            | {kind: ServiceAccount, name: b,            | RoleBinding/a: ServiceAccount kube-qat/b is not there
            kind: Service\\nmetadata: {name: a, namespace: kube-qat, | kind: Service\\nmetadata: {name: a, | Service/a: not in namespace kube-qat
            kind: Role\\nmetadata: {name: a, namespace: kube-qat, labels: {app.kubernetes.io/name: a, | kind: Role\\nmetadata: {name: a, namespace: kube-qat, labels: { | Role/a: no label app.kubernetes.io/name""")
    void whatIsWrongIsNoticed(String good, String bad, String problem) {
        String manifests = GOOD.replace(good.replace("\\n", "\n"), bad.replace("\\n", "\n"));

        assertThat(Consistency.problems(objects(manifests), IMAGES)).extracting(Problem::toString).containsExactly(problem);
    }

    @Test
    void fieldsThatTheModelDoesNotKnowAreNoticedHoweverDeep() {
        String manifests = GOOD.replace("enableServiceLinks: false", "enableServiceLinks: false\n      nodeSelectr: {}").replace("{tcpSocket: {port: http}}", "{tcpSocket: {prt: http}}");

        assertThat(objects(manifests).stream().flatMap(object -> UnknownFields.of(object).stream()).map(Problem::toString)).containsExactlyInAnyOrder(
                "Deployment/a: unknown field spec.template.spec.nodeSelectr",
                "Deployment/a: unknown field spec.template.spec.containers[].readinessProbe.tcpSocket.prt",
                "Deployment/a: unknown field spec.template.spec.containers[].livenessProbe.tcpSocket.prt");
    }

    @Test
    void kindsThatTheModelDoesNotKnowAreNoticed() {
        assertThat(UnknownFields.of(objects("apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n").getFirst())).extracting(Problem::toString)
                .containsExactly("Thing/a: unknown kind example.com/v1");
    }

    @Test
    void theServersWarningsAreTakenApart() {
        assertThat(PodSecurity.violations("""
                Warning: would violate PodSecurity "restricted:latest": privileged (container "a" must not set securityContext.privileged=true), \
                unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]), runAsUser=0 (container "a" must not set runAsUser=0)
                daemonset.apps/x serverside-applied (server dry run)
                """)).containsExactly("privileged", "unrestricted capabilities", "runAsUser=0");
        assertThat(PodSecurity.violations("daemonset.apps/x serverside-applied (server dry run)\n")).isEmpty();
    }

    @Test
    void componentsAreFoundWithTheirBaseAndWhatNobodyUsesIsNamed() throws IOException {
        write("a/deploy/kustomization.yaml", "kind: Kustomization\nresources: [x.yaml]");
        write("a/deploy/x.yaml", "");
        write("a/deploy/forgotten.yaml", "");
        write("a/deploy/components/b/kustomization.yaml", "kind: Component");
        write("a/target/kustomization.yaml", "kind: Kustomization");
        write("c/kustomization.yaml", "kind: Component");
        write("d/kustomization.yaml", "kind: Component");
        write("e/kustomization.yaml", "kind: Kustomization\ncomponents: [../d]");
        Kustomizations found = new Kustomizations(directory);

        assertThat(found.buildable(directory.resolve("work"))).containsOnlyKeys("a/deploy", "a/deploy/components/b", "e");
        assertThat(Files.readString(directory.resolve("work/a/deploy/components/b/kustomization.yaml")))
                .contains("resources: [\"../../../../../a/deploy\"]").contains("components: [\"../../../../../a/deploy/components/b\"]");
        assertThat(found.orphans()).containsExactly("c");
        assertThat(found.unnamed()).containsExactly("a/deploy/forgotten.yaml");
    }

    private void write(String path, String content) throws IOException {
        Files.createDirectories(directory.resolve(path).getParent());
        Files.writeString(directory.resolve(path), content);
    }

    private static List<HasMetadata> objects(String manifests) {
        return Stream.of(manifests.split("(?m)^---$")).map(document -> new KubernetesSerialization().<HasMetadata>unmarshal(document)).toList();
    }
}
