package io.kubeqat.runtimeclass;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;

/// Kata's two runtimes. Each has a configuration file of its own, with keys of its own.
public enum KataRuntime {
    /// The one in Go, of old.
    GO("go", "configuration-qemu.toml"),
    /// The one in Rust, Kata's default since 4.0.
    RUNTIME_RS("runtime-rs", "configuration-qemu-runtime-rs.toml");

    private final String word;
    private final String configurationFile;

    KataRuntime(String word, String configurationFile) {
        this.word = word;
        this.configurationFile = configurationFile;
    }

    /// Its name in this module's folders and options.
    public String word() {
        return word;
    }

    /// The runtime that a configuration file belongs to, by its name.
    ///
    /// @throws IllegalArgumentException if it is no file of the QEMU variants
    static KataRuntime ofConfigurationFile(String name) {
        for (KataRuntime runtime : values()) {
            if (runtime.configurationFile.equals(name)) {
                return runtime;
            }
        }
        throw new IllegalArgumentException("\"" + name + "\" is neither " + GO.configurationFile + " nor " + RUNTIME_RS.configurationFile);
    }

    /// All keys of its configuration file in Kata 4.1.0, with their table: `hypervisor.qemu.enable_iommu`.
    Set<String> keys() {
        return resource("keys-" + word + ".txt").lines().filter(line -> !line.startsWith("#")).collect(Collectors.toUnmodifiableSet());
    }

    static String resource(String name) {
        try (InputStream in = KataRuntime.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
