package io.kubeqat.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.CommandResult;
import io.kubeqat.testbed.junit.OnTestbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/// Every manifest that is shipped: fields, what the API server says, Pod Security `restricted`, images, names, resources, probes. What has to be otherwise stands in
/// `exceptions.yaml` with its reason, and nothing stands there that does not have to.
@OnTestbed
final class ManifestsIT {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Path EXCEPTIONS = Path.of("src/test/resources/manifests/exceptions.yaml");
    private static final String NAMESPACE = "kube-qat";
    private static final KubernetesSerialization MODEL = new KubernetesSerialization();

    private static Cluster cluster;
    private static boolean hadNamespace;

    /// Objects are only tried, so the namespace must be there.
    @BeforeAll
    static void makeNamespace(Cluster testbed) {
        cluster = testbed;
        hadNamespace = cluster.client().namespaces().withName(NAMESPACE).get() != null;
        if (!hadNamespace) {
            cluster.client().resource(new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build()).create();
        }
        cluster.kubectl("label", "namespace", NAMESPACE, "pod-security.kubernetes.io/warn=restricted", "pod-security.kubernetes.io/warn-version=latest").outputOrThrow();
    }

    @AfterAll
    static void removeNamespace() {
        cluster.kubectl("label", "namespace", NAMESPACE, "pod-security.kubernetes.io/warn-", "pod-security.kubernetes.io/warn-version-").outputOrThrow();
        if (!hadNamespace) {
            var namespace = cluster.client().namespaces().withName(NAMESPACE);
            namespace.delete();
            namespace.waitUntilCondition(each -> each == null, 2, TimeUnit.MINUTES);
        }
    }

    @Test
    void everyOneIsAsItShouldBe() throws IOException {
        Set<String> images = images();
        Set<Problem> problems = new TreeSet<>(Comparator.comparing(Problem::toString));
        Set<String> tried = new HashSet<>();
        for (Map.Entry<String, Path> each : new Kustomizations(PROJECT).buildable(Path.of("target/manifests").toAbsolutePath()).entrySet()) {
            List<HasMetadata> objects = objects(cluster.kubectl("kustomize", each.getValue().toString()).outputOrThrow());
            assertThat(objects).as("objects of " + each.getKey()).isNotEmpty();
            objects.forEach(object -> problems.addAll(UnknownFields.of(object)));
            problems.addAll(Consistency.problems(objects, images));
            for (HasMetadata object : objects) {
                String yaml = MODEL.asYaml(object);
                if (UnknownFields.of(object).isEmpty() && tried.add(yaml)) {
                    problems.addAll(serverSays(object, yaml));
                }
            }
        }

        Set<Problem> excepted = exceptions();
        assertThat(tried).as("objects tried").hasSizeGreaterThan(20);
        assertThat(problems).as("problems without an exception in " + EXCEPTIONS).allMatch(excepted::contains);
        assertThat(excepted).as("exceptions in " + EXCEPTIONS + " that are not needed").allMatch(problems::contains);
    }

    @Test
    void nothingLiesBesideUnused() throws IOException {
        Kustomizations found = new Kustomizations(PROJECT);

        assertThat(found.orphans()).as("components that no kustomization uses").isEmpty();
        assertThat(found.unnamed()).as("files that no kustomization names").isEmpty();
    }

    /// As it was written: kustomize keeps what it does not know, but for anchors.
    private static List<HasMetadata> objects(String manifests) {
        List<HasMetadata> objects = new ArrayList<>();
        for (Object document : new Yaml().loadAll(manifests)) {
            objects.add(MODEL.unmarshal(MODEL.asJson(document)));
        }
        return objects;
    }

    private static List<Problem> serverSays(HasMetadata object, String yaml) throws IOException {
        Path file = Files.writeString(Files.createDirectories(Path.of("target/manifests").toAbsolutePath()).resolve("object.yaml"), yaml);
        CommandResult result = cluster.kubectl("apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "-f", file.toString());
        return Stream.concat(
                result.succeeded() ? Stream.empty() : Stream.of(Problem.of(object, "the API server refuses it: " + result.error().strip())),
                Consistency.template(object).isEmpty() ? Stream.empty()
                        : PodSecurity.violations(result.error()).stream().map(rule -> Problem.of(object, "not restricted: " + rule))).toList();
    }

    /// The images that the modules with Jib build.
    private static Set<String> images() throws IOException {
        Set<String> images = new HashSet<>();
        String version = first("<version>([^<]+)</version>", Files.readString(PROJECT.resolve("pom.xml")));
        for (Matcher module = Pattern.compile("<module>([^<]+)</module>").matcher(Files.readString(PROJECT.resolve("pom.xml"))); module.find(); ) {
            String pom = Files.readString(PROJECT.resolve(module.group(1)).resolve("pom.xml"));
            if (pom.contains("<artifactId>jib-maven-plugin</artifactId>")) {
                images.add("localhost/kube-qat/" + first("</parent>\\s*<artifactId>([^<]+)</artifactId>", pom) + ":" + version);
            }
        }
        return images;
    }

    private static String first(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    private static Set<Problem> exceptions() throws IOException {
        Map<String, Map<String, String>> all = new Yaml().load(Files.readString(EXCEPTIONS));
        Set<Problem> problems = new HashSet<>();
        all.forEach((object, excepted) -> excepted.forEach((what, reason) -> {
            assertThat(reason).as("reason of " + object + ": " + what).isNotBlank();
            problems.add(new Problem(object, what));
        }));
        return problems;
    }
}
