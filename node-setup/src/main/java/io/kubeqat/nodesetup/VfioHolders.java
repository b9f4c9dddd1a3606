package io.kubeqat.nodesetup;

import io.kubeqat.nodesetup.plan.Holder;
import io.kubeqat.qat.VirtualFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Finds out who has the VFIO device of a VF open.
///
/// Two witnesses: `/proc/PID/fd`, which names the process, but shows only what its mount shows and only to who may look; and the group's node, which
/// opens once, so that a second open answers EBUSY (Linux `drivers/vfio/group.c`, `vfio_group_fops_open`), whoever the first was.
final class VfioHolders {
    private final Path proc;
    private final Path dev;

    /// @param proc the node's `/proc`, or what is seen of it
    /// @param dev what stands for `/dev`
    VfioHolders(Path proc, Path dev) {
        this.proc = proc;
        this.dev = dev;
    }

    /// One holder for each VF and process; VFs that share an IOMMU group share its users.
    List<Holder> of(List<VirtualFunction> vfs) {
        List<VirtualFunction> handedOut = vfs.stream().filter(vf -> vf.iommuGroup().isPresent() || vf.vfioDevice().isPresent()).toList();
        if (handedOut.isEmpty()) {
            return List.of();
        }
        List<Holder> holders = new ArrayList<>();
        for (Path process : entries(proc, name -> name.chars().allMatch(Character::isDigit))) {
            List<String> open = entries(process.resolve("fd"), _ -> true).stream().flatMap(fd -> target(fd).stream()).filter(VfioHolders::isVfio).toList();
            for (VirtualFunction vf : handedOut) {
                open.stream().filter(file -> nodes(vf).anyMatch(file::endsWith)).findFirst().ifPresent(file ->
                        holders.add(new Holder(vf.address(), file, Optional.of(new Holder.Process(Long.parseLong(process.getFileName().toString()), name(process))))));
            }
        }
        handedOut.stream()
                .filter(vf -> holders.stream().noneMatch(holder -> holder.vf().equals(vf.address())))
                .flatMap(vf -> group(vf).filter(this::isBusy).map(node -> new Holder(vf.address(), node.toString(), Optional.empty())).stream())
                .forEach(holders::add);
        return holders;
    }

    /// The ends of the paths that lead to the device; what is before them depends on the mounts of the process that opened it.
    private static Stream<String> nodes(VirtualFunction vf) {
        return Stream.concat(
                vf.iommuGroup().stream().map(group -> group.devicePath().substring("/dev".length())),
                vf.vfioDevice().stream().map(device -> "/vfio/devices/" + device));
    }

    private static boolean isVfio(String file) {
        return file.contains("/vfio/");
    }

    private Optional<Path> group(VirtualFunction vf) {
        return vf.iommuGroup().map(group -> dev.resolve(group.devicePath().substring("/dev/".length())));
    }

    private boolean isBusy(Path node) {
        try (FileChannel _ = FileChannel.open(node, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return false;
        } catch (FileSystemException e) {
            return "Device or resource busy".equals(e.getReason());
        } catch (IOException _) {
            // It did not open for a reason of its own, which says nothing about others.
            return false;
        }
    }

    /// Nothing where the directory has gone, as a process's does when it ends, or is closed to us.
    private static List<Path> entries(Path directory, Predicate<String> wanted) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> wanted.test(entry.getFileName().toString())).toList();
        } catch (IOException | UncheckedIOException _) {
            return List.of();
        }
    }

    private static Optional<String> target(Path fd) {
        try {
            return Optional.of(Files.readSymbolicLink(fd).toString());
        } catch (IOException _) {
            // Closed since it was listed.
            return Optional.empty();
        }
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException _) {
            return "ended meanwhile";
        }
    }
}
