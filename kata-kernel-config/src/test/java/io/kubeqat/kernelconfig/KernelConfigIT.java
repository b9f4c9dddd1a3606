package io.kubeqat.kernelconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The command with Kconfig's own tools on Debian's source of Linux 6.12. What they give is kept, so only the first run takes its minutes.
final class KernelConfigIT {
    private static final Path MODULE = Path.of(System.getProperty("basedir"));

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void allThatTheFragmentsAskForComesThroughAloneAndWithEachOptionalOne() {
        assertThat(run("check")).as(err::toString).isEqualTo(ExitCode.FINE.number());
        assertThat(out.toString().lines()).hasSize(3).allMatch(line -> line.matches(".*: (\\d+) of \\1 requests in the final configuration of Linux 6\\.12.*"));
    }

    @Test
    void eachRequestThatDoesNotComeThroughIsAnErrorWithItsCause() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.conf"), """
                # Each of these goes wrong in a way of its own.
                CONFIG_VFIO_CONTANER=y
                CONFIG_SND_HDA_INTEL=y
                CONFIG_CRYPTO_DEV_QAT=y
                # CONFIG_PCI_ATS is not set
                """);
        assertThat(run("check", "--with", wrong.toString())).isEqualTo(ExitCode.PROBLEMS.number());
        assertThat(err.toString().lines()).hasSize(4)
                .anyMatch(line -> line.contains("CONFIG_VFIO_CONTANER=y") && line.endsWith("did you mean CONFIG_VFIO_CONTAINER?"))
                .anyMatch(line -> line.contains("CONFIG_SND_HDA_INTEL=y") && line.contains("it needs SOUND (not set)"))
                .anyMatch(line -> line.contains("CONFIG_CRYPTO_DEV_QAT=y") && line.contains("it needs CRYPTO_HW (not set)"))
                .anyMatch(line -> line.contains("CONFIG_PCI_ATS is not set, but it is y") && line.contains("selected by") && line.contains("CONFIG_INTEL_IOMMU"));
    }

    @Test
    void aConfigurationOfOnesOwnIsToldWhatItLacksAndWhy() throws Exception {
        String good = Files.readString(finalConfig());
        Path own = Files.writeString(folder.resolve(".config"), good.replace("CONFIG_VFIO_PCI=y", "CONFIG_VFIO_PCI=m").lines()
                .filter(line -> !line.startsWith("CONFIG_IRQ_REMAP=") && !line.startsWith("CONFIG_IOMMU_SUPPORT=")).collect(Collectors.joining("\n")));
        assertThat(run("check", own.toString())).isEqualTo(ExitCode.PROBLEMS.number());
        assertThat(err.toString())
                .contains("CONFIG_IOMMU_SUPPORT=y is wanted, but it is not set", "needed because (qat/iommu.conf:")
                .contains("CONFIG_IRQ_REMAP=y is wanted, but it is not set: it needs IOMMU_SUPPORT (not set)")
                .contains("CONFIG_VFIO_PCI=y is wanted, but it is m: as a module");
    }

    @Test
    void theConfigurationOfARunningGuestIsReadPacked() throws Exception {
        Path packed = folder.resolve("config.gz");
        try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(packed))) {
            Files.copy(finalConfig(), gzip);
        }
        assertThat(run("check", "--all", packed.toString())).as(err::toString).isEqualTo(ExitCode.FINE.number());
    }

    @Test
    void badInputIsASentenceAndAnExitCode() throws IOException {
        assertThat(run("check", folder.resolve("none").toString())).isEqualTo(ExitCode.USAGE.number());
        assertThat(run("check", Files.writeString(folder.resolve("empty"), "nothing\n").toString())).isEqualTo(ExitCode.USAGE.number());
        assertThat(run("check", "--witt", "x")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("cannot read the configuration", "is no kernel configuration", "--witt").doesNotContain("\tat ");
    }

    private int run(String... arguments) {
        CommandLine command = KernelConfigMain.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(Stream.concat(Stream.of("--module", MODULE.toString()), Arrays.stream(arguments)).toArray(String[]::new));
    }

    private static Path finalConfig() throws InterruptedException {
        return new KernelTools(MODULE).configure(List.of());
    }
}
