package io.kubeqat.runtimeclass;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// What Kata makes of a configuration for QEMU, as far as a VF is concerned. Whoever starts QEMU by hand with these starts the machine that was configured. The same for both runtimes.
///
/// @param machine the value of `-machine`; an accelerator may be added
/// @param devices values of `-device`, in their order: the vIOMMU has to be there before the device it stands in front of
/// @param kernelParameters what the guest kernel's command line gets on top
/// @param rootPorts the names of the ports that a VF can be plugged into (`bus=rp0`)
public record QemuArguments(String machine, List<String> devices, List<String> kernelParameters, List<String> rootPorts) {
    public QemuArguments {
        devices = List.copyOf(devices);
        kernelParameters = List.copyOf(kernelParameters);
        rootPorts = List.copyOf(rootPorts);
    }

    /// @throws IllegalArgumentException if the configuration does not get a VF to a container; the message has all problems
    public static QemuArguments of(KataConfig config) {
        List<String> problems = KataCheck.problems(config);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        List<String> ports = IntStream.range(0, ((Long) KataCheck.Key.ROOT_PORTS.of(config)).intValue()).mapToObj(number -> "rp" + number).toList();
        List<String> devices = new ArrayList<>();
        // Go: qemu_arch_base.go appendIOMMU, govmm/qemu/qemu.go IommuDev; runtime-rs: cmdline_generator.rs DeviceIntelIommu.
        devices.add("intel-iommu,intremap=on,device-iotlb=on,caching-mode=on");
        // Go: qemu.go genericAppendPCIeRootPort; runtime-rs: cmdline_generator.rs add_pcie_root_ports. One chassis, a slot each.
        for (int slot = 0; slot < ports.size(); slot++) {
            devices.add("pcie-root-port,id=" + ports.get(slot) + ",bus=pcie.0,chassis=0,slot=" + slot + ",multifunction=off");
        }
        // A vIOMMU that remaps interrupts needs the split interrupt controller; and the guest is told to use the vIOMMU
        // (Go: qemu_amd64.go newQemuArch; runtime-rs: cmdline_generator.rs add_iommu).
        return new QemuArguments("q35,kernel_irqchip=split", devices, List.of("intel_iommu=on", "iommu=pt"), ports);
    }
}
