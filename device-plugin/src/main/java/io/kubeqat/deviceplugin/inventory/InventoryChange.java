package io.kubeqat.deviceplugin.inventory;

import io.kubeqat.pci.PciAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What an operator would want to know of the step from one inventory to the next.
public sealed interface InventoryChange {

    /// The number of devices, or of healthy ones, under a name is another.
    ///
    /// @param resource the name
    /// @param devices how many there are now
    /// @param healthy how many of them are healthy
    record Counted(ResourceName resource, int devices, int healthy) implements InventoryChange {
        @Override
        public boolean isTrouble() {
            return false;
        }

        @Override
        public String text() {
            return "inventory resource=" + resource + " devices=" + devices + " healthy=" + healthy;
        }
    }

    /// A device has become healthy or unhealthy, or unhealthy for another reason; a device that is new and healthy is only counted.
    ///
    /// @param resource the name it is listed under
    /// @param device as it is now
    record HealthChanged(ResourceName resource, Device device) implements InventoryChange {
        @Override
        public boolean isTrouble() {
            return !device.isHealthy();
        }

        @Override
        public String text() {
            return (device.isHealthy() ? "healthy" : "unhealthy") + " bdf=" + device.id() + " resource=" + resource
                    + device.health().reason().map(why -> " reason=\"" + why + "\"").orElse("");
        }
    }

    /// A device that cannot be offered at all.
    ///
    /// @param address its BDF
    /// @param why what could not be read
    record Unreadable(PciAddress address, String why) implements InventoryChange {
        @Override
        public boolean isTrouble() {
            return true;
        }

        @Override
        public String text() {
            return "not offered bdf=" + address + " reason=\"" + why + "\"";
        }
    }

    /// {@return whether an operator may have to do something}
    boolean isTrouble();

    /// {@return the line for the log}
    String text();

    /// What has changed from one inventory to the next.
    ///
    /// @param before the one that was offered
    /// @param after the one that will be
    /// @return the changes name by name, then what cannot be offered; empty where nothing has changed
    static List<InventoryChange> between(Inventory before, Inventory after) {
        List<InventoryChange> changes = new ArrayList<>();
        after.resources().forEach((resource, devices) -> {
            List<Device> previous = before.devices(resource);
            if (devices.equals(previous)) {
                return;
            }
            if (devices.size() != previous.size() || healthy(devices) != healthy(previous)) {
                changes.add(new Counted(resource, devices.size(), healthy(devices)));
            }
            Map<PciAddress, Device> known = previous.stream().collect(Collectors.toMap(Device::address, Function.identity()));
            for (Device device : devices) {
                Health old = known.containsKey(device.address()) ? known.get(device.address()).health() : Health.HEALTHY;
                if (!device.health().equals(old)) {
                    changes.add(new HealthChanged(resource, device));
                }
            }
        });
        after.unnamed().forEach((address, why) -> {
            if (!why.equals(before.unnamed().get(address))) {
                changes.add(new Unreadable(address, why));
            }
        });
        return changes;
    }

    private static int healthy(List<Device> devices) {
        return (int) devices.stream().filter(Device::isHealthy).count();
    }
}
