package io.kubeqat.testbed.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubeqat.testbed.ExitCode;
import io.kubeqat.testbed.TestbedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// QEMU as a process (script `run-qemu`), which lives no longer than this one.
final class Qemu {
    private static final int LAST_LINES = 15;

    private final Process process;
    private final Path folder;

    private Qemu(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    static Qemu start(MachineParts parts, Path folder, MachineOptions options) throws IOException {
        Path script = folder.resolve("run-qemu");
        try (InputStream resource = Qemu.class.getResourceAsStream("run-qemu")) {
            Files.copy(resource, script);
        }
        List<String> command = new ArrayList<>(List.of("bash", script.toString(), parts.root().toString(), parts.tools().toString(), folder.toString()));
        command.addAll(List.of(
                "-nodefaults", "-no-reboot", "-display", "none", "-nic", "none",
                "-machine", "q35,accel=tcg,kernel-irqchip=split", "-cpu", "max", "-smp", "2", "-m", Integer.toString(options.memoryMegabytes()),
                // caching-mode: mappings for a guest inside need it.
                "-device", "intel-iommu,intremap=on,caching-mode=on",
                "-kernel", "/host/vmlinuz", "-initrd", "/host/initramfs.gz",
                // no_timer_check: on a busy host ten ticks come too late for the kernel, and it panics before it has a console.
                "-append", "console=ttyS0 quiet intel_iommu=on iommu=pt panic=-1 no_timer_check bench.node",
                "-serial", "file:/host/console",
                "-chardev", "socket,id=commands,path=/host/commands.socket,server=on,wait=off",
                "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=commands,name=commands",
                "-virtfs", "local,path=/host,mount_tag=machine,security_model=none"));
        command.addAll(disk("tools", "/tools.erofs"));
        options.folders().keySet().forEach(name -> command.addAll(disk(name, "/host/" + name + ".erofs")));
        options.devices().forEach(device -> command.addAll(List.of("-device", device)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("qemu.log").toFile()).start();
        return new Qemu(process, folder);
    }

    private static List<String> disk(String name, String file) {
        return List.of("-drive", "file=" + file + ",format=raw,if=none,readonly=on,id=" + name, "-device", "virtio-blk-pci,drive=" + name + ",serial=" + name);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String console() {
        return text("console");
    }

    /// A failure of the machine, with what was last seen of it.
    TestbedException failure(String what) {
        List<String> lines = (text("qemu.log") + console()).lines().filter(line -> !line.isBlank()).toList();
        return new TestbedException(ExitCode.CLUSTER_FAILED, what + (isAlive() ? "" : "; QEMU has ended") + "; its last lines:\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
    }

    void end() {
        try {
            // The lifeline: the script ends QEMU when it closes.
            process.getOutputStream().close();
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot end QEMU", e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private String text(String name) {
        Path file = folder.resolve(name);
        try {
            return Files.exists(file) ? new String(Files.readAllBytes(file), UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
