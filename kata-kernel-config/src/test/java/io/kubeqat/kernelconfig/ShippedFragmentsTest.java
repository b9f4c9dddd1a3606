package io.kubeqat.kernelconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What can be said of the fragments without Kconfig, and that their version moves with them.
final class ShippedFragmentsTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir"));

    @TempDir
    private Path copy;

    @BeforeEach
    void copyTheFragments() throws IOException {
        Path fragments = MODULE.resolve("fragments");
        try (Stream<Path> files = Files.walk(fragments)) {
            for (Path file : files.toList()) {
                Path target = copy.resolve("fragments").resolve(fragments.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        Files.copy(MODULE.resolve("config_version"), copy.resolve("config_version"));
    }

    @Test
    void eachSymbolIsAskedForOnceAndWithAReason() {
        assertThat(fragments().flaws()).isEmpty();
    }

    @Test
    void theVersionIsTheOneOfTheseFragments() {
        assertThat(version().flaws(fragments())).isEmpty();
    }

    @Test
    void aChangedValueNeedsTheNextVersion() throws IOException {
        edit("qat/vfio.conf", "CONFIG_VFIO=y", "CONFIG_VFIO=m");
        assertThat(version().flaws(fragments())).singleElement().asString().contains("have changed since version " + version().lines().size(), "kernel-config record");
        int next = version().record(fragments());
        assertThat(next).isEqualTo(Files.readAllLines(MODULE.resolve("config_version")).size() + 1);
        assertThat(version().flaws(fragments())).isEmpty();
        assertThat(version().record(fragments())).as("recorded twice").isEqualTo(next);
    }

    @Test
    void aChangedCommentNeedsNone() throws IOException {
        edit("qat/vfio.conf", "# VFIO itself.", "# The whole of VFIO.");
        assertThat(version().flaws(fragments())).isEmpty();
    }

    @Test
    void aVersionThatWasRewrittenIsSeen() throws IOException {
        Files.write(copy.resolve("config_version"), List.of("1 " + "0".repeat(64), "3 " + fragments().digest()));
        assertThat(version().flaws(fragments())).singleElement().asString().contains("config_version:2");
    }

    @Test
    void aRequestWithoutReasonAndOneMadeTwiceAreSeen() throws IOException {
        Files.writeString(copy.resolve("fragments/optional/more.conf"), "CONFIG_VFIO=y\n");
        assertThat(fragments().flaws()).hasSize(2)
                .anyMatch(flaw -> flaw.startsWith("optional/more.conf:1: CONFIG_VFIO=y has no reason"))
                .anyMatch(flaw -> flaw.startsWith("optional/more.conf:1: CONFIG_VFIO stands in qat/vfio.conf:"));
    }

    private Fragments fragments() {
        return Fragments.read(copy.resolve("fragments"));
    }

    private ConfigVersion version() {
        return ConfigVersion.read(copy.resolve("config_version"));
    }

    private void edit(String fragment, String old, String replacement) throws IOException {
        Path file = copy.resolve("fragments").resolve(fragment);
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, replacement));
    }
}
