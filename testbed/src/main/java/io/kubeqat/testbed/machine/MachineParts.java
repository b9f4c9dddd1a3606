package io.kubeqat.testbed.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubeqat.testbed.ExitCode;
import io.kubeqat.testbed.SlowBuilds;
import io.kubeqat.testbed.TestbedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/// What a machine is made of, built once and shared by all machines.
///
/// @param root a Debian with QEMU and the tools for inside
/// @param tools the same as a disk
/// @param kernel Debian's kernel
/// @param initramfs the first file system: busybox, drivers, the programs of `testbed/machine`
record MachineParts(Path root, Path tools, Path kernel, Path initramfs) {

    /// Builds what the cache of slow builds does not hold.
    static MachineParts build(SlowBuilds builds) {
        Path base = builds.result("machine-root", List.of(), List.of("testbed/machine/root"));
        Path inside = builds.result("machine-inside", List.of("testbed/machine"), List.of("testbed/machine/inside", base.toString()));
        return new MachineParts(base.resolve("root"), inside.resolve("tools.erofs"), base.resolve("kernel/boot/vmlinuz"), inside.resolve("initramfs.gz"));
    }

    /// Makes a folder a disk.
    void pack(Path folder, Path disk) {
        // The root's own loader: its programs find their libraries without a change of root.
        List<String> command = List.of(root + "/lib64/ld-linux-x86-64.so.2", "--library-path", root + "/usr/lib/x86_64-linux-gnu", root + "/usr/bin/mkfs.erofs",
                "--quiet", disk.toString(), folder.toString());
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (process.waitFor() != 0) {
                throw new TestbedException(ExitCode.CLUSTER_FAILED, "cannot make a disk of " + folder + ": " + output.strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run mkfs.erofs", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while a disk was made", e);
        }
    }
}
