package io.kubeqat.runtimeclass;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KataConfigMainTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void saysWhatIsInForceAndWhatIsWrongWithIt() throws IOException {
        Path file = Files.writeString(folder.resolve("configuration-qemu.toml"), "[runtime]\nvfio_mode = \"guest-kernel\"\n");
        assertThat(run("check", file.toString())).isEqualTo(ExitCode.PROBLEMS.number());
        assertThat(out.toString()).contains("runtime.vfio_mode = guest-kernel", "hypervisor.qemu.enable_iommu = false");
        assertThat(err.toString().lines()).hasSize(4).anyMatch(line -> line.startsWith("configuration-qemu.toml:2: runtime.vfio_mode"));
    }

    @Test
    void printsTheArgumentsOfQemu() throws IOException {
        Files.createDirectory(folder.resolve("config.d"));
        Files.copy(Path.of(System.getProperty("basedir"), "kata/go/50-qat.toml"), folder.resolve("config.d/50-qat.toml"));
        Path file = Files.writeString(folder.resolve("configuration-qemu.toml"), "");
        assertThat(run("check", file.toString())).as(err::toString).isEqualTo(ExitCode.FINE.number());
        assertThat(run("qemu", file.toString())).isEqualTo(ExitCode.FINE.number());
        assertThat(out.toString()).contains("-machine\nq35,kernel_irqchip=split\n", "-append\nintel_iommu=on iommu=pt\n");
    }

    @Test
    void badInputIsASentenceAndAnExitCode() {
        assertThat(run("check", folder.resolve("configuration-qemu.toml").toString())).isEqualTo(ExitCode.USAGE.number());
        assertThat(run("check", folder.resolve("other").toString())).isEqualTo(ExitCode.USAGE.number());
        assertThat(run("chek")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("cannot read", "is neither configuration-qemu.toml nor").doesNotContain("\tat ");
    }

    private int run(String... arguments) {
        return KataConfigMain.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(arguments);
    }
}
