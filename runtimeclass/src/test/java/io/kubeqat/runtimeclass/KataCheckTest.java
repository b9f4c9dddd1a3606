package io.kubeqat.runtimeclass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class KataCheckTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void theShippedDropInGetsAVfToTheContainers(KataRuntime runtime) {
        assertThat(KataCheck.problems(KataConfig.shipped(runtime))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        // The drop-in's line that is changed; what it becomes; the key and word of the one problem.
        "vfio_mode = \"vfio\"; vfio_mode = \"guest-kernel\"; runtime.vfio_mode; nothing would say so",
        "enable_iommu = true; enable_iommu = false; hypervisor.qemu.enable_iommu; no IOMMU group",
        "machine_type = \"q35\"; machine_type = \"pc\"; hypervisor.qemu.machine_type; vIOMMU",
        "pcie_root_port = 8; pcie_root_port = 0; hypervisor.qemu.pcie_root_port; each VF takes a root port",
        "pcie_root_port = 8; pcie_root_port = 17; hypervisor.qemu.pcie_root_port; at most 16",
        "pcie_root_port = 8; pcie_root_port = \"8\"; hypervisor.qemu.pcie_root_port; a number from 1",
        "hot_plug_vfio = \"root-port\"; hot_plug_vfio = \"no-port\"; hypervisor.qemu.hot_plug_vfio; does not start",
        "hot_plug_vfio = \"root-port\"; cold_plug_vfio = \"no-port\"; hypervisor.qemu.hot_plug_vfio; does not start",
        "hot_plug_vfio = \"root-port\"; hot_plug_vfio = \"bridge-port\"; hypervisor.qemu.hot_plug_vfio; root ports",
        "enable_iommu = true; enable_iomu = true; enable_iomu; has no key",
    })
    void aCombinationThatKeepsTheVfFromTheContainersIsRefused(String line, String instead, String key, String word) throws IOException {
        List<String> problems = problems("go", line, instead);
        assertThat(problems).anyMatch(problem -> problem.contains(key) && problem.contains(word));
        assertThatThrownBy(() -> QemuArguments.of(KataConfig.read(folder.resolve("configuration-qemu.toml")))).hasMessageContaining(word);
    }

    @Test
    void bothPlugModesAreRefused() throws IOException {
        assertThat(problems("go", "pcie_root_port = 8", "pcie_root_port = 8\ncold_plug_vfio = \"root-port\""))
                .anyMatch(problem -> problem.contains("hot_plug_vfio") && problem.contains("does not start (checkPCIeConfig)"));
    }

    @Test
    void hotPlugIsAKeyOfTheGoRuntimeOnly() throws IOException {
        assertThat(problems("runtime-rs", "pcie_root_port = 8", "pcie_root_port = 8\nhot_plug_vfio = \"root-port\""))
                .singleElement().asString().contains("runtime-rs runtime has no key hypervisor.qemu.hot_plug_vfio");
    }

    @Test
    void withoutAnyDropInKatasDefaultsAreToldApart() throws IOException {
        Path file = Files.writeString(folder.resolve("configuration-qemu-runtime-rs.toml"), "[runtime]\n");
        assertThat(KataCheck.problems(KataConfig.read(file))).hasSize(3).allMatch(problem -> problem.startsWith("not set: "));
    }

    private List<String> problems(String runtime, String line, String instead) throws IOException {
        Path dropIns = Files.createDirectory(folder.resolve("config.d"));
        Path base = Files.writeString(folder.resolve(runtime.equals("go") ? "configuration-qemu.toml" : "configuration-qemu-runtime-rs.toml"), "");
        String shipped = Files.readString(Path.of(System.getProperty("basedir"), "kata", runtime, "50-qat.toml"));
        assertThat(shipped).contains("\n" + line + "\n");
        Files.writeString(dropIns.resolve("50-qat.toml"), shipped.replace("\n" + line + "\n", "\n" + instead + "\n"));
        return KataCheck.problems(KataConfig.read(base));
    }
}
