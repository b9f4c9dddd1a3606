package io.kubeqat.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AccelerationTest {
    @Test
    void namesWhatTheCpuLacks() {
        assertThat(Acceleration.ofCpu("processor\t: 0\nflags\t\t: fpu bmi2 avx2 vaes\n").missing())
                .containsExactly("avx512f", "avx512dq", "avx512bw", "avx512ifma", "avx512_vbmi2");
    }

    @Test
    void isSoftwareQatWhereNothingIsMissing() {
        assertThat(Acceleration.ofCpu("flags\t\t: bmi2 avx512f avx512dq avx512bw avx512ifma avx512_vbmi2\n").softwareQat()).isTrue();
    }
}
