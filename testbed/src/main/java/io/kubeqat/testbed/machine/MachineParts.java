package io.kubeqat.testbed.machine;

import io.kubeqat.testbed.SlowBuilds;
import java.nio.file.Path;
import java.util.List;

/// What a machine is made of, built once and shared by all machines.
///
/// @param root a Debian with QEMU and the tools for inside
/// @param kernel Debian's kernel
/// @param initramfs the first file system: busybox, drivers, the programs of `testbed/machine`
record MachineParts(Path root, Path kernel, Path initramfs) {

    /// Builds what the cache of slow builds does not hold.
    static MachineParts build(SlowBuilds builds) {
        Path base = builds.result("machine-root", List.of(), List.of("testbed/machine/root"));
        Path initramfs = builds.result("machine-initramfs", List.of("testbed/machine"), List.of("testbed/machine/initramfs", base.toString()));
        return new MachineParts(base.resolve("root"), base.resolve("kernel/boot/vmlinuz"), initramfs.resolve("initramfs.gz"));
    }
}
