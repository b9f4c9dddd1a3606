package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.pci.IommuGroup;
import java.util.Optional;
import java.util.Set;

/// The character devices that VFIO has made, by the names in their directory.
///
/// @param directory where they are, for messages
/// @param names the names found there
/// @param problem why the directory could not be listed; absent where it could
record VfioNodes(String directory, Set<String> names, Optional<String> problem) {

    VfioNodes {
        names = Set.copyOf(names);
    }

    /// Why the group's device cannot be handed to a pod; absent where it can.
    Optional<String> obstacle(IommuGroup group) {
        if (problem.isPresent()) {
            return problem;
        }
        String name = nameOf(group);
        return names.contains(name) ? Optional.empty() : Optional.of(directory + "/" + name + " does not exist");
    }

    private static String nameOf(IommuGroup group) {
        return group.devicePath().substring(group.devicePath().lastIndexOf('/') + 1);
    }
}
