package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Health;
import io.kubeqat.deviceplugin.inventory.Inventory;
import java.util.ArrayList;
import java.util.List;

/// The inventory for people.
final class InventoryTable {
    private static final List<String> HEAD = List.of("RESOURCE", "DEVICE", "PF", "NUMA", "VFIO", "HEALTH", "REASON");

    private InventoryTable() {}

    static String of(Inventory inventory) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        inventory.resources().forEach((resource, devices) -> devices.forEach(device -> rows.add(row(resource.toString(), device))));
        inventory.unnamed().forEach((address, why) -> rows.add(List.of("-", address.toString(), "-", "-", "-", "not offered", why)));
        if (rows.size() == 1) {
            return "no QAT virtual functions on this node; node-setup makes them\n";
        }
        int[] widths = new int[HEAD.size()];
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

    private static List<String> row(String resource, Device device) {
        return List.of(
                resource,
                device.id(),
                device.pf().map(Object::toString).orElse("-"),
                device.numaNode().isPresent() ? Integer.toString(device.numaNode().getAsInt()) : "-",
                device.group().map(group -> group.devicePath().substring("/dev/vfio/".length())).orElse("-"),
                switch (device.health()) {
                    case Health.Healthy _ -> "healthy";
                    case Health.Unhealthy _ -> "unhealthy";
                },
                switch (device.health()) {
                    case Health.Healthy _ -> "";
                    case Health.Unhealthy(String reason) -> reason;
                });
    }
}
