package io.kubeqat.e2e.kernel;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;

/// The shipped drop-in for Kata's Go runtime, as QEMU's options: what Kata makes of the same keys (`src/runtime/virtcontainers/qemu_arch_base.go`, `qemu_amd64.go`,
/// `src/runtime/pkg/govmm/qemu/qemu.go` of Kata 4.1). So what is shipped is what was booted.
///
/// @param machineType `machine_type`
/// @param enableIommu `enable_iommu`
/// @param rootPorts `pcie_root_port`
record KataDropIn(String machineType, boolean enableIommu, int rootPorts) {

    static KataDropIn read(Path file) throws IOException {
        // The file's lines "key = value" are the same in both formats, and no key is in two sections.
        Properties keys = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            keys.load(reader);
        }
        return new KataDropIn(
                keys.getProperty("machine_type").replace("\"", ""),
                Boolean.parseBoolean(keys.getProperty("enable_iommu")),
                Integer.parseInt(keys.getProperty("pcie_root_port")));
    }

    /// QEMU's options, with the VF in the first root port.
    List<String> qemuOptions(String vf) {
        List<String> options = new ArrayList<>(List.of("-machine", machineType + ",accel=tcg,kernel_irqchip=split"));
        if (enableIommu) {
            options.addAll(List.of("-device", "intel-iommu,intremap=on,device-iotlb=on,caching-mode=on"));
        }
        IntStream.range(0, rootPorts).forEach(port ->
                options.addAll(List.of("-device", "pcie-root-port,id=rp%1$d,bus=pcie.0,chassis=%2$d,slot=%2$d".formatted(port, port + 1))));
        options.addAll(List.of("-device", "vfio-pci,host=" + vf + ",bus=rp0"));
        return options;
    }

    /// What the guest kernel's command line gets for it.
    String kernelParameters() {
        return enableIommu ? "intel_iommu=on iommu=pt" : "";
    }
}
