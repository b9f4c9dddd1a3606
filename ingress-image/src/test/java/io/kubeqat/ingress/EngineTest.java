package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What cannot read `engine.conf` says the same.
class EngineTest {
    private final Engine engine = Engine.read();

    EngineTest() throws IOException {}

    @Test
    void shippedConfigMapHasTheFirstId() throws IOException {
        assertThat(Files.readAllLines(Path.of("deploy/configmap.yaml"))).contains("  ssl-engine: " + engine.ids().getFirst());
    }

    @Test
    void admissionPolicyAllowsEachIdAndWhatTheEngineOffers() throws IOException {
        Matcher allowed = Pattern.compile("variables\\.engine\\.matches\\('([^']+)'\\)")
                .matcher(Files.readString(Path.of("deploy/components/admission/policy.yaml")));
        assertThat(allowed.find()).isTrue();
        String offered = engine.names().get("engine_offers").replaceAll("[\\[\\] ]", "");
        for (String id : engine.ids()) {
            assertThat(id).matches(allowed.group(1));
            assertThat(id + " algo " + offered).matches(allowed.group(1));
        }
        assertThat(engine.ids().getFirst() + "x").doesNotMatch(allowed.group(1));
    }

    @Test
    void verifyKnowsEachId() throws IOException {
        String links = Files.readString(Path.of("../verify/src/main/java/io/kubeqat/verify/chain/ClusterLinks.java"));
        assertThat(engine.ids()).allSatisfy(id -> assertThat(links).contains("\"" + id + "\""));
    }

    @Test
    void labelOfTheImageNamesItsLicence() throws IOException {
        assertThat(Files.readString(Path.of("pom.xml"))).contains(" " + engine.names().get("engine_licence") + " ");
    }

    @Test
    void patchesLieUnderTheNameOfItsSource() {
        assertThat(Path.of("patches", engine.names().get("engine_source"))).isDirectory();
    }

    /// So that another engine needs no search: neither a recipe nor the preflight names this one.
    @Test
    void nothingElseThatBuildsTheImageNamesIt() throws IOException {
        Pattern named = Pattern.compile("(?<![\\w/-])(" + String.join("|", engine.ids()) + "|" + engine.names().get("engine_source") + ")(\\.so)?(?![\\w./-])");
        for (String file : new String[] {"native/all", "native/build-root", "native/engine", "native/image-base", "native/inside/preflight", "native/sbom.go",
            "preflight/qat-preflight.c"}) {
            assertThat(named.matcher(Files.readString(Path.of(file))).results().map(found -> found.group()).toList()).as(file).isEmpty();
        }
    }
}
