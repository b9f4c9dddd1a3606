package io.kubeqat.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The dependency rules that stand in the poms: a build in which one is broken must stop at `validate`, and say why.
final class EnforcerIT {
    /// `basedir` is set by Surefire and Failsafe.
    private static final Path PROJECT = Path.of(System.getProperty("basedir")).getParent();

    @TempDir
    private Path copy;

    @Test
    void lettingALibraryIntoSysfsStopsTheBuild() throws Exception {
        assertThat(validateWith("sysfs", "info.picocli", "picocli")).contains("sysfs depends on the JDK and nothing else");
    }

    @Test
    void lettingGrpcIntoNodeSetupStopsTheBuild() throws Exception {
        assertThat(validateWith("node-setup", "io.grpc", "grpc-api")).contains("node-setup").contains("banned");
    }

    @Test
    void lettingNodeSetupIntoTheDevicePluginStopsTheBuild() throws Exception {
        assertThat(validateWith("device-plugin", "io.kubeqat", "node-setup")).contains("device-plugin").contains("banned");
    }

    @Test
    void lettingAMockingLibraryInStopsTheBuild() throws Exception {
        assertThat(validateWith("sysfs", "org.mockito", "mockito-core", "<version>5.20.0</version><scope>test</scope>"))
                .contains("no mocking library");
    }

    @Test
    void theProjectAsItIsPasses() throws Exception {
        copyPoms();
        assertThat(validate("node-setup")).isEmpty();
    }

    private String validateWith(String module, String group, String artifact) throws IOException, InterruptedException {
        return validateWith(module, group, artifact, "");
    }

    /// What Maven prints when `module` has one more dependency; empty if it is content.
    private String validateWith(String module, String group, String artifact, String more) throws IOException, InterruptedException {
        copyPoms();
        Path pom = copy.resolve(module).resolve("pom.xml");
        String dependency = "<dependency><groupId>%s</groupId><artifactId>%s</artifactId>%s</dependency>".formatted(group, artifact, more);
        Files.writeString(pom, Files.readString(pom).replaceFirst("\n  <dependencies>", "\n  <dependencies>" + dependency));
        String output = validate(module);
        assertThat(output).as("output of a build that must fail").contains("BUILD FAILURE");
        return output;
    }

    private void copyPoms() throws IOException {
        for (String pom : Files.readString(PROJECT.resolve("pom.xml")).lines()
                .filter(line -> line.strip().startsWith("<module>"))
                .map(line -> line.replaceAll("</?module>", "").strip() + "/pom.xml")
                .toList()) {
            Files.createDirectories(copy.resolve(pom).getParent());
            Files.copy(PROJECT.resolve(pom), copy.resolve(pom));
        }
        Files.copy(PROJECT.resolve("pom.xml"), copy.resolve("pom.xml"));
    }

    private String validate(String module) throws IOException, InterruptedException {
        Path log = copy.resolve("log");
        Process maven = new ProcessBuilder("mvn", "--batch-mode", "--no-transfer-progress", "validate", "-pl", module, "-am")
                .directory(copy.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertThat(maven.waitFor(5, TimeUnit.MINUTES)).as("mvn validate ended").isTrue();
        } finally {
            maven.destroyForcibly();
        }
        return maven.exitValue() == 0 ? "" : Files.readString(log);
    }
}
