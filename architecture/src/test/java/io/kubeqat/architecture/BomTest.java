package io.kubeqat.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/// The BOM has no parent, so nothing but this test keeps it true.
final class BomTest {
    private static final Path PROJECT = Path.of(System.getProperty("basedir")).getParent();

    @Test
    void hasTheVersionOfTheProject() throws Exception {
        assertThat(child(read("bom/pom.xml").getDocumentElement(), "version")).isEqualTo(child(read("pom.xml").getDocumentElement(), "version"));
    }

    @Test
    void listsOurOwnArtifactsInOneVersionAndNoScope() throws Exception {
        NodeList dependencies = read("bom/pom.xml").getElementsByTagName("dependency");
        List<String> artifacts = new ArrayList<>();
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            assertThat(child(dependency, "groupId")).isEqualTo("io.kubeqat");
            assertThat(child(dependency, "version")).isEqualTo("${project.version}");
            assertThat(dependency.getElementsByTagName("scope").getLength()).isZero();
            boolean jar = dependency.getElementsByTagName("classifier").getLength() == 0;
            artifacts.add(child(dependency, "artifactId") + (jar ? "" : ":" + child(dependency, "classifier") + "." + child(dependency, "type")));
        }
        assertThat(artifacts).containsExactlyInAnyOrder("sysfs", "simulator", "node-setup", "device-plugin", "testbed", "verify",
                "examples:manifests.zip", "kata-kernel-config:fragments.zip", "runtimeclass", "runtimeclass:manifests.zip");
    }

    /// What others compile against is documented and compared with the last release; both are a few lines of a pom, which get lost without a trace.
    @Test
    void librariesHaveDocumentedAndComparedApi() throws Exception {
        for (String library : List.of("sysfs", "simulator", "testbed", "node-setup")) {
            Element pom = read(library + "/pom.xml").getDocumentElement();
            assertThat(pom.getElementsByTagName("doclint").item(0).getTextContent()).as(library).isEqualTo("${doclint.library}");
            // node-setup is a program: nobody compiles against it.
            assertThat(artifacts(pom, "plugin").contains("japicmp-maven-plugin")).as(library).isEqualTo(!library.equals("node-setup"));
        }
    }

    private static List<String> artifacts(Element pom, String kind) {
        NodeList elements = pom.getElementsByTagName(kind);
        List<String> artifacts = new ArrayList<>();
        for (int i = 0; i < elements.getLength(); i++) {
            artifacts.add(child((Element) elements.item(i), "artifactId"));
        }
        return artifacts;
    }

    private static Document read(String pom) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(PROJECT.resolve(pom).toFile());
    }

    /// The text of a direct child, so that a parent's version is not taken for the element's own.
    private static String child(Element element, String name) {
        for (var node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeName().equals(name)) {
                return node.getTextContent().strip();
            }
        }
        throw new AssertionError("no " + name + " in " + element.getNodeName());
    }
}
