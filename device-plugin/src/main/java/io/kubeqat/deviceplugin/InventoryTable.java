package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.ServiceSet;
import java.util.ArrayList;
import java.util.List;

/// The inventory for people: the cards, from which the names follow, and the devices under each name.
final class InventoryTable {
    private static final List<String> CARDS = List.of("PF", "MODEL", "STATE", "SERVICES", "VFS", "RESOURCE");
    private static final List<String> DEVICES = List.of("RESOURCE", "DEVICE", "PF", "NUMA", "VFIO", "HEALTH", "REASON");

    private InventoryTable() {}

    static String of(String prefix, List<PhysicalFunction> cards, Inventory inventory) {
        List<List<String>> devices = new ArrayList<>();
        inventory.resources().forEach((resource, vfs) -> vfs.forEach(vf -> devices.add(row(resource.toString(), vf))));
        inventory.unnamed().forEach((address, why) -> devices.add(List.of("-", address.toString(), "-", "-", "-", "not offered", why)));
        return (cards.isEmpty() ? "" : table(CARDS, cards.stream().map(card -> row(prefix, card)).toList()) + "\n")
                + (devices.isEmpty() ? "no QAT virtual functions on this node; node-setup makes them\n" : table(DEVICES, devices));
    }

    private static String table(List<String> head, List<List<String>> body) {
        List<List<String>> rows = new ArrayList<>(body);
        rows.addFirst(head);
        int[] widths = new int[head.size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            table.append(line.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    private static List<String> row(String prefix, PhysicalFunction card) {
        return List.of(
                card.address().toString(),
                card.model().name(),
                card.state().map(DeviceState::text).orElse("-"),
                card.services().map(ServiceSet::text).orElse("-"),
                card.numVfs() + " of " + card.totalVfs(),
                new ResourceName(prefix, card.resourceName()).toString());
    }

    private static List<String> row(String resource, Device device) {
        return List.of(
                resource,
                device.id(),
                device.pf().map(Object::toString).orElse("-"),
                device.numaNode().isPresent() ? Integer.toString(device.numaNode().getAsInt()) : "-",
                device.group().map(group -> group.devicePath().substring("/dev/vfio/".length())).orElse("-"),
                device.isHealthy() ? "healthy" : "unhealthy",
                device.health().reason().orElse(""));
    }
}
