package io.kubeqat.runtimeclass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How Kata puts its configuration together, as its own words say it: "its contents will be loaded in alphabetical order and each item will be parsed as a config file. Settings loaded
/// from these configuration file fragments override settings loaded from the main configuration file and earlier fragments" (src/runtime/README.md of 4.1.0, lines 86 to 104), and
/// "extends base" (the tests in src/libs/kata-types/src/config/drop_in.rs).
final class KataConfigTest {
    @TempDir
    private Path folder;

    private Path base;

    @BeforeEach
    void installKata() throws IOException {
        base = Files.writeString(folder.resolve("configuration-qemu.toml"), """
                [hypervisor.qemu]
                enable_iommu = false
                kernel = "/opt/kata/vmlinux"
                [runtime]
                vfio_mode = "guest-kernel"
                """);
        Files.createDirectory(folder.resolve("config.d"));
    }

    @Test
    void aDropInOverridesAKeyAndLeavesTheOthersOfItsTable() throws IOException {
        dropIn("50-qat.toml", "[hypervisor.qemu]\nenable_iommu = true\n");
        KataConfig config = KataConfig.read(base);
        assertThat(config.value("hypervisor.qemu.enable_iommu", null)).isEqualTo(true);
        assertThat(config.value("hypervisor.qemu.kernel", null)).isEqualTo("/opt/kata/vmlinux");
        assertThat(config.settings().get("hypervisor.qemu.enable_iommu").place()).isEqualTo("config.d/50-qat.toml:2");
    }

    @Test
    void theLastNameInAlphabeticalOrderWins() throws IOException {
        dropIn("50-qat.toml", "[runtime]\nvfio_mode = \"vfio\"\n");
        dropIn("9-late.toml", "[runtime]\nvfio_mode = \"guest-kernel\"\n");
        KataConfig config = KataConfig.read(base);
        assertThat(config.value("runtime.vfio_mode", null)).as("9 comes after 5, and 50 before 9").isEqualTo("guest-kernel");
        assertThat(KataCheck.problems(config)).anyMatch(problem -> problem.startsWith("config.d/9-late.toml:2: runtime.vfio_mode = \"guest-kernel\""));
    }

    @Test
    void aFileOfAnyNameCounts() throws IOException {
        dropIn("60-backup.toml.orig", "[runtime]\nvfio_mode = \"vfio\"\n");
        assertThat(KataConfig.read(base).value("runtime.vfio_mode", null)).isEqualTo("vfio");
    }

    @Test
    void whatIsNoTomlIsRefusedWithItsPlaceAsKataWould() throws IOException {
        dropIn("50-qat.toml", "[runtime]\nvfio_mode = vfio\n");
        assertThatThrownBy(() -> KataConfig.read(base)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("config.d/50-qat.toml").hasMessageContaining("line 2");
    }

    @Test
    void theNameOfTheFileTellsTheRuntime() throws IOException {
        assertThat(KataConfig.read(base).runtime()).isEqualTo(KataRuntime.GO);
        Path other = Files.writeString(folder.resolve("configuration-clh.toml"), "");
        assertThatThrownBy(() -> KataConfig.read(other)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("\"configuration-clh.toml\"");
    }

    private void dropIn(String name, String text) throws IOException {
        Files.writeString(folder.resolve("config.d").resolve(name), text);
    }
}
