package io.kubeqat.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `container-tests` stands on Arquillian Cube, and that on libraries of 2018: they stay there. Maven lets a version travel by a dependency and by the parent's list; neither may be.
final class ContainerTestsAreAloneTest {
    private static final Path PROJECT = Path.of(System.getProperty("basedir")).getParent();
    private static final String MODULE = "container-tests";

    @Test
    void noOtherModuleNamesThemOrWhatTheyStandOn() throws IOException {
        Map<Path, String> poms = poms();
        assertThat(poms.keySet()).contains(Path.of("pom.xml"), Path.of("bom/pom.xml"), Path.of(MODULE, "pom.xml"));
        assertThat(poms.remove(Path.of(MODULE, "pom.xml"))).as("what is looked for").contains(names());

        assertThat(poms).allSatisfy((pom, text) -> assertThat(text.replaceAll("<module>.*</module>", "")).as(pom.toString()).doesNotContain(names()));
    }

    private static String[] names() {
        return new String[] {"<artifactId>" + MODULE + "<", "<groupId>org.arquillian.cube<", "<groupId>org.jboss.arquillian", "<groupId>com.github.docker-java<"};
    }

    /// By their places in the project.
    private static Map<Path, String> poms() throws IOException {
        Map<Path, String> poms = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> found = Files.find(PROJECT, 3, (path, _) -> path.endsWith("pom.xml") && !path.toString().contains("/target/"))) {
            files = found.toList();
        }
        for (Path file : files) {
            poms.put(PROJECT.relativize(file), Files.readString(file));
        }
        return poms;
    }
}
