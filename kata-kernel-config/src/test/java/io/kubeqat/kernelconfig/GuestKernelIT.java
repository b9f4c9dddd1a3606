package io.kubeqat.kernelconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The kernel that is built of the fragments. That it boots and takes a VF is the last test of `KernelBenchIT` (module e2e).
@Tag("guest-kernel")
final class GuestKernelIT {
    private static final Path MODULE = Path.of(System.getProperty("basedir"));

    private static Path kernel;

    @BeforeAll
    static void build() throws InterruptedException {
        kernel = new KernelTools(MODULE).build();
    }

    @Test
    void isAnX86KernelThatABootLoaderTakes() throws IOException {
        // "HdrS" at 0x202: the kernel document arch/x86/boot, "The real-mode kernel header".
        try (RandomAccessFile image = new RandomAccessFile(kernel.resolve("bzImage").toFile(), "r")) {
            image.seek(0x202);
            byte[] magic = new byte[4];
            image.readFully(magic);
            assertThat(magic).asString().isEqualTo("HdrS");
        }
    }

    @Test
    void isSmall() throws IOException {
        assertThat(Files.size(kernel.resolve("bzImage"))).as("bytes; every pod loads it").isLessThan(12 << 20);
    }

    @Test
    void hasAllThatTheFragmentsAskFor() {
        assertThat(new Check(KernelConfig.read(kernel.resolve("config")), Optional.empty()).missing(Fragments.read(MODULE.resolve("fragments")).base())).isEmpty();
    }

    @Test
    void carriesTheVersionOfTheFragmentsInItsName() throws IOException {
        int version = ConfigVersion.read(MODULE.resolve("config_version")).lines().size();
        assertThat(Files.readString(kernel.resolve("release")).strip()).matches("6\\.12\\.\\d+-kube-qat\\." + version);
    }
}
