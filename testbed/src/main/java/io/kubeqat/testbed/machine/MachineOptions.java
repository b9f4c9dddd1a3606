package io.kubeqat.testbed.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a machine is to be like.
///
/// @param memoryMegabytes its memory
/// @param devices its devices beside an IOMMU and what is needed to talk to it, as QEMU's options `-device`: `igb,bus=rp1`
/// @param folders folders of this host, by the name that each has below `/` inside, where they can only be read
public record MachineOptions(int memoryMegabytes, List<String> devices, Map<String, Path> folders) {
    /// Copies the devices and folders.
    public MachineOptions {
        devices = List.copyOf(devices);
        folders = Map.copyOf(folders);
    }
}
