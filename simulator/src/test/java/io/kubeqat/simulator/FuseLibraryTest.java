package io.kubeqat.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FuseLibraryTest {
    @TempDir
    private Path directory;

    private Path library(String name, String release) throws IOException {
        Files.createFile(directory.resolve(release));
        return Files.createSymbolicLink(directory.resolve(name), Path.of(release));
    }

    @Test
    void takesTheNewestLibraryOfTheFirstDirectoryThatHasOne() throws IOException {
        library("libfuse3.so.3", "libfuse3.so.3.14.0");
        Path newer = library("libfuse3.so.4", "libfuse3.so.3.17.2");

        assertThat(FuseLibrary.find(List.of(directory.resolve("none"), directory))).contains(newer);
        assertThat(FuseLibrary.find(List.of(directory.resolve("none")))).isEmpty();
    }

    @Test
    void threadsAreLimitedFromTheReleaseOnThatKnowsHow() throws IOException {
        assertThat(FuseLibrary.limitsThreads(library("libfuse3.so.3", "libfuse3.so.3.10.5"))).isFalse();
        assertThat(FuseLibrary.limitsThreads(library("libfuse3.so.4", "libfuse3.so.3.17.2"))).isTrue();
    }
}
