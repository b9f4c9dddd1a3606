package io.kubeqat.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Where an image comes from and what is in it can be said without asking whoever built it.
final class ImagesIT {
    private static final String VERSION = System.getProperty("project.version");
    private static String commit;

    @BeforeAll
    static void readCommit() throws IOException, InterruptedException {
        commit = Image.run("git -C '" + Image.PROJECT + "' rev-parse HEAD").strip();
    }

    /// Every image of the build, so that a new one is tested unasked.
    static List<Image> images() throws IOException, InterruptedException {
        return Image.run("find '" + Image.PROJECT + "' -path '*/target/jib-image.tar' -not -path '*/target/*/target/*'").lines().sorted()
                .map(tar -> new Image(Image.PROJECT.relativize(Path.of(tar)).getParent().getParent().toString())).toList();
    }

    @Test
    void areAllBuilt() throws IOException, InterruptedException {
        assertThat(images()).extracting(Image::module).contains("device-plugin", "examples/echo-server", "ingress-image", "node-setup", "verify");
    }

    @ParameterizedTest
    @MethodSource("images")
    void saysVersionCommitAndLicences(Image image) throws Exception {
        assertThat(image.labels())
                .containsEntry("org.opencontainers.image.version", VERSION)
                .containsEntry("org.opencontainers.image.revision", commit)
                .containsKeys("org.opencontainers.image.title", "org.opencontainers.image.description", "org.opencontainers.image.licenses");
    }

    @ParameterizedTest
    @MethodSource("images")
    void hasABillOfMaterialsInWhichEachPartHasItsLicence(Image image) throws Exception {
        assertThat(image.sbom()).containsEntry("bomFormat", "CycloneDX");
        assertThat(image.components()).isNotEmpty().allSatisfy(component -> {
            assertThat((String) component.get("version")).as("version of " + component.get("name")).isNotBlank();
            assertThat((List<?>) component.get("licenses")).as("licences of " + component.get("name")).isNotEmpty();
        });
        assertThat(image.components()).extracting(component -> component.get("name")).contains("libc6");
    }

    @ParameterizedTest
    @CsvSource({"device-plugin, device-plugin", "node-setup, node-setup", "verify, kube-qat"})
    void itsCommandSaysVersionAndCommit(String module, String command, @TempDir Path root) throws Exception {
        Image image = new Image(module);
        image.unpack(root);
        List<String> words = new ArrayList<>();
        ((List<?>) image.config().get("Entrypoint")).forEach(word -> words.add("'" + word + "'"));
        // The loader finds Java's libraries by /proc.
        String output = Image.run("""
                unshare --mount sh -c 'mkdir -p "$0/proc" && mount --bind /proc "$0/proc" && exec env -i PATH=/opt/java/bin /usr/sbin/chroot "$0" "$@"' '%s' %s --version
                """.formatted(root, String.join(" ", words)));
        assertThat(output).contains(command).contains(VERSION + "+" + commit);
    }

    @ParameterizedTest
    @CsvSource({"testbed, io.kubeqat.testbed.TestbedMain", "e2e, io.kubeqat.e2e.demo.DemoMain", "verify, io.kubeqat.verify.KubeQatMain"})
    void aCommandOfTheCheckoutSaysItToo(String module, String main) throws Exception {
        assertThat(Image.run(Image.PROJECT + "/build/run-module " + module + " " + main + " --version")).contains(VERSION + "+" + commit);
    }

    @Test
    void aJarHasABillOfMaterialsToo() throws IOException {
        for (String module : List.of("device-plugin", "node-setup", "simulator", "sysfs", "testbed")) {
            assertThat(Image.PROJECT.resolve(module + "/target/sbom.json")).content().contains("\"CycloneDX\"").contains("pkg:maven/io.kubeqat/" + module + "@" + VERSION);
        }
    }
}
