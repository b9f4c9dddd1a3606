package io.kubeqat.deviceplugin.allocation;

import static java.util.Objects.requireNonNull;

import io.kubeqat.deviceplugin.allocation.Allocation.DeviceNode;
import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.pci.IommuGroup;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Turns device ids into what a container needs to drive them with qatlib.
public final class Allocator {
    private static final String VFIO = "/dev/vfio/";
    private static final String DEVICES = "QAT_DEVICES_";
    private static final Pattern NOT_FOR_VARIABLES = Pattern.compile("[^A-Z0-9]");

    private final Path vfioDirectory;
    private final Optional<String> cdiKind;

    /// Knows no devices: each call brings them.
    ///
    /// @param vfioDirectory where the node's VFIO devices are, `/dev/vfio`; the container finds them in `/dev/vfio` in any case
    /// @param cdiKind the kind of the devices by the container device interface, to hand out names of that kind instead of nodes
    public Allocator(Path vfioDirectory, Optional<String> cdiKind) {
        this.cdiKind = requireNonNull(cdiKind, "cdiKind is null");
        this.vfioDirectory = requireNonNull(vfioDirectory, "vfioDirectory is null");
    }

    /// The same ids give the same answer in whatever order they come (the kubelet sends them in none).
    ///
    /// @param resource the name that the container asks for
    /// @param offer what is offered under `resource` now
    /// @param ids what the kubelet has chosen
    /// @return what the container is given; nothing for no ids
    /// @throws AllocationException for an id that is not offered or not healthy
    public Allocation allocate(ResourceName resource, Offer offer, Collection<String> ids) {
        BitSet positions = new BitSet();
        SortedSet<String> unknown = new TreeSet<>();
        for (String id : ids) {
            int position = offer.position(id);
            if (position == Offer.NOWHERE) {
                unknown.add(id);
            } else {
                positions.set(position);
            }
        }
        if (!unknown.isEmpty()) {
            throw new AllocationException(AllocationException.Cause.UNKNOWN_DEVICE, "cannot allocate " + String.join(", ", unknown) + ": " + resource
                    + " has no such device on this node; delete the pod, and its controller will make one that is given another");
        }
        List<Device> chosen = positions.stream().mapToObj(offer::device).toList();
        chosen.forEach(device -> requireHealthy(resource, device));
        return cdiKind
                .map(kind -> new Allocation(List.of(), chosen.stream().map(device -> kind + "=" + device.id()).toList(), environment(resource, chosen)))
                .orElseGet(() -> new Allocation(nodes(chosen), List.of(), environment(resource, chosen)));
    }

    private static void requireHealthy(ResourceName resource, Device device) {
        device.health().reason().ifPresent(reason -> {
            throw new AllocationException(
                    AllocationException.Cause.UNHEALTHY_DEVICE,
                    "cannot allocate " + device.id() + " of " + resource + ": it is unhealthy (" + reason
                            + "); delete the pod, and its controller will make one that is given another");
        });
    }

    private List<DeviceNode> nodes(List<Device> chosen) {
        if (chosen.isEmpty()) {
            return List.of();
        }
        Set<String> names = new LinkedHashSet<>();
        // The container file descriptor that all groups are attached to; qatlib opens it first.
        names.add("vfio");
        for (Device device : chosen) {
            String path = device.group().map(IommuGroup::devicePath).orElseThrow();
            names.add(path.substring(path.lastIndexOf('/') + 1));
        }
        return names.stream().map(this::node).toList();
    }

    private DeviceNode node(String name) {
        return new DeviceNode(VFIO + name, vfioDirectory.resolve(name).toString());
    }

    /// `QAT0`, `QAT1`, … as Intel's plugin gives them, but always in the order of the addresses; and `QAT_POLICY`, without which qatlib in a
    /// container takes all VFs it sees and uses at most six of them (qatlib `qat_mgr_client.c`). It says how many VFs one process takes.
    ///
    /// A container that asks for two resource names gets the variables of one of them where names collide: the kubelet keeps the first (1.36 `pod_devices.go`), and
    /// each call sees one resource name only. `QAT_DEVICES_CY` and the like collide with nothing, so that nothing is lost.
    private static SortedMap<String, String> environment(ResourceName resource, List<Device> chosen) {
        SortedMap<String, String> environment = new TreeMap<>();
        for (Device device : chosen) {
            environment.put("QAT" + environment.size(), device.id());
        }
        if (!chosen.isEmpty()) {
            environment.put("QAT_POLICY", Integer.toString(chosen.size()));
            environment.put(DEVICES + NOT_FOR_VARIABLES.matcher(resource.name().toUpperCase(Locale.ROOT)).replaceAll("_"), chosen.stream().map(Device::id).collect(Collectors.joining(",")));
        }
        return environment;
    }
}
