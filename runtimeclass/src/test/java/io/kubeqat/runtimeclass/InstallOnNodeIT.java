package io.kubeqat.runtimeclass;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The installer on a folder that stands for a node's file system.
final class InstallOnNodeIT {
    private static final Path SCRIPT = Path.of(System.getProperty("basedir"), "kata/install-on-node");
    private static final String DEFAULTS = "opt/kata/share/defaults/kata-containers";

    @TempDir
    private Path node;

    private record Run(int code, String output) {}

    @BeforeEach
    void installKata() throws IOException {
        write(DEFAULTS + "/configuration-qemu.toml", "[hypervisor.qemu]\n");
        write(DEFAULTS + "/runtime-rs/configuration-qemu-runtime-rs.toml", "[hypervisor.qemu]\n");
        write(DEFAULTS + "/runtimes/qemu/config.d/30-kernel-params.toml", "[hypervisor.qemu]\nkernel_params = \"quiet\"\n");
        write("opt/kata/bin/containerd-shim-kata-v2", "");
        write("opt/kata/runtime-rs/bin/containerd-shim-kata-v2", "");
        write("etc/containerd/config.toml", "imports = [\"/etc/containerd/conf.d/*.toml\"]\nversion = 3\n");
    }

    @ParameterizedTest
    @EnumSource
    void whatItPutsThereGetsAVfToTheContainers(KataRuntime runtime) throws Exception {
        assertThat(install("--runtime", runtime.word())).extracting(Run::code).isEqualTo(0);
        String file = runtime == KataRuntime.GO ? "configuration-qemu.toml" : "configuration-qemu-runtime-rs.toml";
        KataConfig config = KataConfig.read(node.resolve(DEFAULTS).resolve("custom-runtimes/kata-qat").resolve(file));
        assertThat(KataCheck.problems(config)).isEmpty();
        assertThat(config.value("hypervisor.qemu.kernel_params", "none")).as("what Kata's installer set for the Go runtime").isEqualTo(runtime == KataRuntime.GO ? "quiet" : "none");
        assertThat(node.resolve("etc/containerd/conf.d/kata-qat.toml")).hasSameTextualContentAs(SCRIPT.resolveSibling("containerd/kata-qat-" + runtime.word() + ".toml"));
    }

    @Test
    void aSecondRunChangesNothing() throws Exception {
        assertThat(install().output()).contains("write ", "restart containerd");
        TreeMap<Path, String> first = files();
        assertThat(install()).isEqualTo(new Run(0, "nothing to do\n"));
        assertThat(files()).isEqualTo(first);
    }

    @Test
    void aDryRunSaysItAndChangesNothing() throws Exception {
        TreeMap<Path, String> before = files();
        assertThat(install("--dry-run").output()).contains("would write " + node + "/" + DEFAULTS + "/custom-runtimes/kata-qat", "would write " + node + "/etc/containerd/conf.d/kata-qat.toml");
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void removingLeavesTheNodeAsItWas() throws Exception {
        TreeMap<Path, String> before = files();
        install("--kernel", write("bzImage", "kernel").toString());
        Files.delete(node.resolve("bzImage"));
        assertThat(install("--remove").code()).isZero();
        assertThat(files()).isEqualTo(before);
        assertThat(install("--remove").output()).isEqualTo("nothing to do\n");
    }

    @Test
    void theGuestKernelComesAndGoesWithItsOption() throws Exception {
        Path kernel = write("bzImage", "kernel");
        install("--kernel", kernel.toString());
        KataConfig config = KataConfig.read(node.resolve(DEFAULTS + "/custom-runtimes/kata-qat/configuration-qemu-runtime-rs.toml"));
        assertThat(node.resolve(((String) config.value("hypervisor.qemu.kernel", null)).substring(1))).hasContent("kernel");
        assertThat(install().output()).contains("remove ").contains("vmlinuz-kube-qat");
        assertThat(node.resolve("opt/kata/share/kata-containers/vmlinuz-kube-qat")).doesNotExist();
    }

    @Test
    void whatARunThatWasCutOffLeftIsPutRight() throws Exception {
        install();
        TreeMap<Path, String> installed = files();
        Path ours = node.resolve(DEFAULTS + "/custom-runtimes/kata-qat");
        // Between the two renames: the old folder is aside, the new one not there yet.
        Files.move(ours, ours.resolveSibling("kata-qat.old"));
        write(DEFAULTS + "/custom-runtimes/kata-qat.new/configuration-qemu.toml", "half");
        write("etc/containerd/conf.d/kata-qat.toml.new", "half");
        assertThat(install()).isEqualTo(new Run(0, "nothing to do\n"));
        assertThat(files()).isEqualTo(installed);
    }

    @Test
    void aNodeThatLacksSomethingStaysAsItIs() throws Exception {
        Files.delete(node.resolve("opt/kata/runtime-rs/bin/containerd-shim-kata-v2"));
        TreeMap<Path, String> before = files();
        assertThat(install()).matches(run -> run.code() == 1 && run.output().contains("opt/kata/runtime-rs/bin/containerd-shim-kata-v2 is not there"));
        write("opt/kata/runtime-rs/bin/containerd-shim-kata-v2", "");
        write("etc/containerd/config.toml", "version = 3\n");
        assertThat(install()).matches(run -> run.code() == 1 && run.output().contains("imports = [\"/etc/containerd/conf.d/*.toml\"]"));
        write("etc/containerd/config.toml", before.get(Path.of("etc/containerd/config.toml")));
        Files.delete(node.resolve("opt/kata/runtime-rs/bin/containerd-shim-kata-v2"));
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void wrongUsageIsToldAndEndsWithTwo() throws Exception {
        assertThat(install("--runtme")).matches(run -> run.code() == 2 && run.output().contains("\"--runtme\" is no option"));
        assertThat(install("--runtime", "rust")).matches(run -> run.code() == 2 && run.output().contains("\"rust\" is neither"));
    }

    private Run install(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString(), "--root", node.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private Path write(String file, String text) throws IOException {
        Path path = node.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }

    private TreeMap<Path, String> files() throws IOException {
        TreeMap<Path, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(node)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(node.relativize(file), Files.readString(file));
            }
        }
        return files;
    }
}
