package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.pci.IommuGroup;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The character devices that VFIO has made, by the names in their directory.
///
/// @param directory where they are, for messages
/// @param names the names found there
/// @param problem why the directory could not be listed; absent where it could
record VfioNodes(String directory, Set<String> names, Optional<String> problem) {
    /// Every group is attached to it, so every pod needs it, too.
    private static final String CONTAINER = "vfio";

    VfioNodes {
        names = Set.copyOf(names);
    }

    /// Whether VFIO has made up groups because there is no IOMMU: their devices are called `noiommu-N` (Linux `drivers/vfio/group.c`).
    boolean mayHaveGroupsWithoutIommu() {
        return problem.isPresent() || names.stream().anyMatch(name -> name.startsWith("noiommu-"));
    }

    /// Why the group's device cannot be handed to a pod; absent where it can.
    Optional<String> obstacle(IommuGroup group) {
        if (problem.isPresent()) {
            return problem;
        }
        return Stream.of(CONTAINER, nameOf(group)).filter(name -> !names.contains(name)).findFirst().map(name -> directory + "/" + name + " does not exist");
    }

    private static String nameOf(IommuGroup group) {
        return group.devicePath().substring(group.devicePath().lastIndexOf('/') + 1);
    }
}
