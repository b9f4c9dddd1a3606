package io.kubeqat.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeFilesTest {
    private static final NodeParts PARTS = new NodeParts(Path.of("/cache/node-root"), Path.of("/cache/it's"));
    private static final Path JAVA = Path.of("/jdk");

    @TempDir
    private Path folder;

    private ClusterOptions options() {
        return new ClusterOptions(ClusterName.parse("a"), Optional.empty(), folder);
    }

    @Test
    void quoteSettingsForTheShell() {
        assertThat(NodeFiles.settings(options(), PARTS, JAVA)).isEqualTo("""
                CARDS=''
                CGROUP='kube-qat-a'
                IMAGES='/cache/node-root/busybox.tar'
                JAVA='/jdk'
                KUBERNETES='/cache/it'\\''s'
                ROOT='/cache/node-root/root'
                """);
    }

    @Test
    void refuseATemplateWithANameTheyDoNotKnow() {
        assertThat(NodeFiles.fill("a ${x} b", Map.of("x", "1"))).isEqualTo("a 1 b");
        assertThatThrownBy(() -> NodeFiles.fill("a ${y} b", Map.of("x", "1"))).hasMessage("no value for ${y}");
    }

    @Test
    void nameTheControlGroupToTheKubelet() throws IOException {
        Path staged = NodeFiles.stage(options(), PARTS, JAVA, List.of());
        assertThat(staged).hasParent(folder);
        assertThat(staged.resolve("kubernetes/kubelet.yaml")).content().contains("cgroupRoot: /kube-qat-a\n", "failCgroupV1: false\n");
        assertThat(staged.resolve("kubernetes/containerd.toml")).content().contains("base_runtime_spec = \"\"\n");
        assertThat(staged.resolve("kubernetes/scenario.yaml")).doesNotExist();
    }

    @Test
    void giveANodeWithCardsItsScenarioAndContainersTheNodesSys() throws IOException {
        Path scenario = Files.writeString(folder.resolve("cards.yaml"), "cards: []\n");
        Path staged = NodeFiles.stage(options().withCards(scenario), PARTS, JAVA, List.of(Path.of("/a.jar"), Path.of("/b")));
        assertThat(staged.resolve("kubernetes/scenario.yaml")).hasContent("cards: []\n");
        assertThat(staged.resolve("kubernetes/class-path")).hasContent("/a.jar\n/b\n");
        assertThat(staged.resolve("kubernetes/containerd.toml")).content()
                .contains("base_runtime_spec = \"/etc/kubernetes/base-runtime-spec.json\"\n");
        assertThat(staged.resolve("node.conf")).content().contains("CARDS='/etc/kubernetes/scenario.yaml'\n");
    }
}
