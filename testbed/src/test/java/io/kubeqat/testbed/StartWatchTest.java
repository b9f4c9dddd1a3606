package io.kubeqat.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StartWatchTest {
    @TempDir
    private Path folder;

    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void makeTheNodesFolder() throws IOException {
        Files.createDirectory(folder.resolve("log"));
    }

    private void log(String file, String content) throws IOException {
        Files.writeString(folder.resolve("log").resolve(file), content);
    }

    private void watch(boolean alive) {
        StartWatch.awaitReady(new NodeState(folder), () -> alive, told::add);
    }

    @Test
    void tellsEachStepOnceUntilTheNodeIsReady() throws IOException {
        log("progress", "one\ntwo\nready\n");
        watch(true);
        assertThat(told).containsExactly("one", "two");
    }

    @Test
    void saysWhatAProgramSaidThatKeepsEnding() throws IOException {
        log("progress", "one\n");
        log("etcd.exits", "0\n1\n");
        log("kubelet.exits", "1\n1\n255\n");
        log("kubelet.log", "unknown field\n");
        log("node.log", "mounted\n");
        assertThatThrownBy(() -> watch(true)).hasMessage("""
                the node did not come up: kubelet ended 3 times, last with exit code 255; its last lines:
                unknown field
                node-init's last lines:
                mounted""");
        assertThat(told).containsExactly("one");
    }

    @Test
    void saysWhyTheNodeGaveUp() throws IOException {
        log("progress", "one\nfailed: no bridge\n");
        assertThatThrownBy(() -> watch(true)).hasMessage("""
                the node did not come up: no bridge
                node-init's last lines:
                (no log)""");
    }

    @Test
    void doesNotWaitForANodeThatEnded() throws IOException {
        log("progress", "one\n");
        assertThatThrownBy(() -> watch(false)).hasMessage("the node ended while it came up; someone ended it, or its keeper");
        assertThat(told).containsExactly("one");
    }
}
