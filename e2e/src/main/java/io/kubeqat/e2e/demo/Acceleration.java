package io.kubeqat.e2e.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Which acceleration a node's CPU allows without a card.
///
/// @param missing the instruction sets that software QAT (crypto_mb) needs and the CPU lacks, as `/proc/cpuinfo` spells them
record Acceleration(List<String> missing) {
    /// What crypto_mb's multi-buffer code is compiled for (crypto_mb `src/common/cpu_features.c`): without one of them it runs nothing.
    private static final List<String> NEEDED = List.of("bmi2", "avx512f", "avx512dq", "avx512bw", "avx512ifma", "avx512_vbmi2");

    static Acceleration ofCpu(String cpuinfo) {
        Set<String> flags = cpuinfo.lines()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> (Set<String>) new TreeSet<>(Arrays.asList(line.split("\\s+"))))
                .orElseThrow(() -> new IllegalStateException("/proc/cpuinfo has no line of flags"));
        return new Acceleration(NEEDED.stream().filter(flag -> !flags.contains(flag)).toList());
    }

    boolean softwareQat() {
        return missing.isEmpty();
    }
}
