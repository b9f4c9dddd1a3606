package io.kubeqat.runtimeclass;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class QemuArgumentsTest {
    @ParameterizedTest
    @EnumSource
    void areThoseThatKataMakesOfTheShippedDropIn(KataRuntime runtime) {
        QemuArguments arguments = QemuArguments.of(KataConfig.shipped(runtime));
        assertThat(arguments.machine()).isEqualTo("q35,kernel_irqchip=split");
        assertThat(arguments.devices()).hasSize(9)
                .startsWith("intel-iommu,intremap=on,device-iotlb=on,caching-mode=on", "pcie-root-port,id=rp0,bus=pcie.0,chassis=0,slot=0,multifunction=off")
                .endsWith("pcie-root-port,id=rp7,bus=pcie.0,chassis=0,slot=7,multifunction=off");
        assertThat(arguments.kernelParameters()).containsExactly("intel_iommu=on", "iommu=pt");
        assertThat(arguments.rootPorts()).hasSize(8).startsWith("rp0");
    }
}
