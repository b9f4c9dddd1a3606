package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.deviceplugin.json.Json;
import io.kubeqat.pci.IommuGroup;
import io.kubeqat.qat.PhysicalFunction;
import java.util.List;
import java.util.SequencedMap;

/// The inventory for programs. What is not known has no key.
final class InventoryJson {
    private InventoryJson() {}

    static String of(String prefix, List<PhysicalFunction> cards, Inventory inventory) {
        SequencedMap<String, Object> document = Json.map();
        document.put("cards", cards.stream().map(card -> card(prefix, card)).toList());
        document.put("resources", inventory.resources().entrySet().stream().map(entry -> resource(entry.getKey(), entry.getValue())).toList());
        document.put("notOffered", inventory.unnamed().entrySet().stream().map(entry -> Json.map("device", entry.getKey(), "reason", entry.getValue())).toList());
        return Json.of(document);
    }

    private static SequencedMap<String, Object> card(String prefix, PhysicalFunction pf) {
        SequencedMap<String, Object> card = Json.map("pf", pf.address(), "model", pf.model().name());
        pf.driver().ifPresent(driver -> card.put("driver", driver));
        pf.state().ifPresent(state -> card.put("state", state.text()));
        pf.services().ifPresent(services -> card.put("services", services.text()));
        card.put("vfs", pf.numVfs());
        card.put("mostVfs", pf.totalVfs());
        pf.numaNode().ifPresent(node -> card.put("numaNode", node));
        card.put("resource", new ResourceName(prefix, pf.resourceName()));
        return card;
    }

    private static SequencedMap<String, Object> resource(ResourceName name, List<Device> devices) {
        return Json.map("name", name, "healthy", devices.stream().filter(Device::isHealthy).count(), "devices", devices.stream().map(InventoryJson::device).toList());
    }

    private static SequencedMap<String, Object> device(Device device) {
        SequencedMap<String, Object> json = Json.map("id", device.id());
        device.pf().ifPresent(pf -> json.put("pf", pf));
        device.numaNode().ifPresent(node -> json.put("numaNode", node));
        device.group().map(IommuGroup::devicePath).ifPresent(path -> json.put("vfio", path));
        json.put("healthy", device.isHealthy());
        device.health().reason().ifPresent(reason -> json.put("reason", reason));
        return json;
    }
}
