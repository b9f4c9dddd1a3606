package io.kubeqat.e2e.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every code block of every page.
final class CodeBlocksIT {
    private static final Checkout CHECKOUT = new Checkout(Path.of("").toAbsolutePath().getParent());
    private static final BlockChecks CHECKS = new BlockChecks(CHECKOUT, version());

    static List<Path> pages() {
        return CHECKOUT.pages();
    }

    @Test
    void seesThePagesOfTheSiteAndOfTheModules() {
        assertThat(pages().stream().map(page -> CHECKOUT.project().relativize(page).toString()))
                .contains("README.md", "testbed/README.md", "examples/tls-termination/qat/README.md", "site/pages/install.md", "site/pages/java.md");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void hasBlocksThatHold(Path page) {
        assertThat(CHECKS.problems(page)).isEmpty();
    }

    /// Each check is seen to fail, with the place.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sh      | if true; then                                                                 | 4: bash refuses it
            sh      | make everything                                                               | 4: the Makefile has no target everything
            sh      | mvn package -pl sysfs,nothing -am                                             | 4: there is no module sysfs,nothing
            sh      | kubectl apply -k examples/nothing                                             | 4: there is no examples/nothing/kustomization.yaml
            sh      | cat testbed/nothing.yaml                                                      | 4: there is no testbed/nothing.yaml
            sh      | testbed/testbed up --crads one.yaml                                           | 4: testbed/testbed has no flag --crads
            sh      | build/push-images --pin a b                                                   | 4: build/push-images has no flag --pin
            sh      | java io.kubeqat.deviceplugin.DevicePluginMain --scan-intervall 1s             | 4: device-plugin has no flag --scan-intervall
            console | $ make nothing                                                                | 4: the Makefile has no target nothing
            text    | kubectl get nodes                                                             | 4: a command in a block that says no language
            yaml    | {a: 1, a: 2}                                                                  | 4: found duplicate key a
            yaml    | a: [                                                                          | 5: expected the node content
            yaml    | {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containerz: []}}      | 4: Pod/a: unknown field spec.containerz
            yaml    | {resources: [a], component: [b]}                                              | 4: a kustomization has no component
            xml     | <a><b></a>                                                                    | 4: The element type "b" must be terminated
            xml     | <dependency><groupId>io.kubeqat</groupId><version>9</version></dependency>    | 4: names version 9 of ours
            toml    | a = = 1                                                                       | 4: Unexpected
            ini     | nothing                                                                       | 4: neither a section nor a setting
            java    | int a = "text";                                                               | 4: incompatible types
            java    | final class A { Cluster nothing() { return new Nothing(); } }                 | 4: cannot find symbol
            java    | include: sysfs/src/main/java/Nothing.java                                     | 4: sysfs/src/main/java/Nothing.java is not among the sources of a build
            cobol   | MOVE A TO B                                                                   | 3: a block of "cobol", which nothing here can check
            """)
    void noticesBlockThatDoesNotHold(String language, String content, String problem, @TempDir Path folder) throws IOException {
        Path page = Files.writeString(folder.resolve("page.md"), "# Page\n\n```" + language + "\n" + content + "\n```\n");
        assertThat(new BlockChecks(CHECKOUT, version()).problems(page)).singleElement().asString().contains("page.md:" + problem);
    }

    @Test
    void knowsTheLineOfACommandThatGoesOn(@TempDir Path folder) throws IOException {
        Path page = Files.writeString(folder.resolve("page.md"), "```sh\nmake help\ntestbed/testbed up \\\n    --nothing\n```\n");
        assertThat(CHECKS.problems(page)).singleElement().asString().endsWith("page.md:4: testbed/testbed has no flag --nothing");
    }

    @Test
    void knowsTheTargetsThatTheTextNames(@TempDir Path folder) throws IOException {
        Path page = Files.writeString(folder.resolve("page.md"), "# Page\n\nFirst `make images`, then `make tea KEEP=1`.\n");
        assertThat(CHECKS.problems(page)).singleElement().asString().endsWith("page.md:3: the Makefile has no target tea");
    }

    private static String version() {
        String pom = Checkout.read(CHECKOUT.project().resolve("pom.xml"));
        return pom.substring(pom.indexOf("<version>") + "<version>".length(), pom.indexOf("</version>"));
    }
}
