package io.kubeqat.simulator;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.sysfs.Errno;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// `bus/pci`: devices, drivers, and which of them go together (Linux `drivers/base/bus.c`, `drivers/base/dd.c`, `drivers/pci/pci-driver.c`).
final class PciBus {
    private static final String ROOT = "bus/pci";

    private final Tree tree;
    private final Map<String, PciDevice> devices = new TreeMap<>();
    private final Map<PciDriver, Set<DynamicId>> drivers = new LinkedHashMap<>();
    private boolean autoprobe = true;

    private record DynamicId(int vendor, int device) {
        boolean matches(PciDevice other) {
            return other.vendor() == vendor && other.device() == device;
        }
    }

    PciBus(Tree tree) {
        this.tree = tree;
        tree.directory(ROOT + "/devices");
        tree.add(ROOT + "/drivers_probe", Attribute.writeOnly(value -> probe(value.strip())));
        tree.add(ROOT + "/drivers_autoprobe", Attribute.readWrite(0644, () -> autoprobe ? "1\n" : "0\n", value -> autoprobe = !value.startsWith("0")));
    }

    Optional<PciDevice> device(PciAddress bdf) {
        return Optional.ofNullable(devices.get(bdf.toString()));
    }

    void register(PciDriver driver) {
        drivers.put(driver, new LinkedHashSet<>());
        String path = ROOT + "/drivers/" + driver.name();
        tree.add(path + "/bind", Attribute.writeOnly(value -> bind(driver, value.strip())));
        tree.add(path + "/unbind", Attribute.writeOnly(value -> unbind(driver, value.strip())));
        tree.add(path + "/new_id", Attribute.writeOnly(value -> newId(driver, value)));
        tree.add(path + "/remove_id", Attribute.writeOnly(value -> removeId(driver, value)));
    }

    /// Puts a function on the bus: its directory and its link. Its driver comes with [#attachAny], after the caller has added what it wants.
    void add(PciDevice device) {
        devices.put(device.bdf().toString(), device);
        String path = device.path();
        tree.add(path + "/vendor", Attribute.constant("0x%04x\n".formatted(device.vendor())));
        tree.add(path + "/device", Attribute.constant("0x%04x\n".formatted(device.device())));
        tree.add(path + "/class", Attribute.constant("0x%06x\n".formatted(device.pciClass())));
        tree.add(path + "/revision", Attribute.constant("0x40\n"));
        tree.add(path + "/subsystem_vendor", Attribute.constant("0x%04x\n".formatted(device.vendor())));
        tree.add(path + "/subsystem_device", Attribute.constant("0x0000\n"));
        tree.add(path + "/numa_node", Attribute.constant(device.numa() + "\n"));
        tree.add(path + "/config", Attribute.constant(ConfigSpace.of(device)));
        tree.add(path + "/irq", Attribute.constant("0\n"));
        // Six BARs, the ROM, six of SR-IOV: none is mapped.
        tree.add(path + "/resource", Attribute.constant("0x0000000000000000 0x0000000000000000 0x0000000000000000\n".repeat(13)));
        tree.add(path + "/modalias", Attribute.constant(device.modalias() + "\n"));
        tree.add(path + "/uevent", Attribute.readOnly(0444, device::uevent));
        tree.add(path + "/driver_override", Attribute.readWrite(0644,
                // printf's own text for a null pointer (pci-sysfs.c, driver_override_show).
                () -> device.driverOverride().orElse("(null)") + "\n",
                // An empty line takes the override away (drivers/base/driver.c, driver_set_override).
                value -> device.driverOverride(Optional.of(value.strip()).filter(name -> !name.isEmpty()))));
        tree.link(path + "/subsystem", ROOT);
        tree.link(ROOT + "/devices/" + device.bdf(), path);
    }

    void remove(PciDevice device) {
        detach(device);
        if (devices.remove(device.bdf().toString()) == null) {
            // Another write did it while this one waited for a holder of the device.
            return;
        }
        tree.remove(ROOT + "/devices/" + device.bdf());
        tree.remove(device.path());
    }

    /// Offers the device to every driver that matches it, the way a new device is.
    void attachAny(PciDevice device) {
        if (!autoprobe || device.driver().isPresent()) {
            return;
        }
        for (PciDriver driver : drivers.keySet()) {
            if (matches(driver, device) && attachQuietly(driver, device)) {
                return;
            }
        }
    }

    void attach(PciDriver driver, PciDevice device) {
        if (device.driver().isPresent()) {
            // dd.c, __driver_probe_device.
            throw new KernelError(Errno.EBUSY);
        }
        driver.probe(device);
        device.driver(Optional.of(driver));
        tree.link(device.path() + "/driver", ROOT + "/drivers/" + driver.name());
        tree.link(ROOT + "/drivers/" + driver.name() + "/" + device.bdf(), device.path());
    }

    void detach(PciDevice device) {
        device.driver().ifPresent(driver -> {
            driver.remove(device);
            if (device.driver().isEmpty()) {
                // Another write did it while this one waited for a holder of the device.
                return;
            }
            device.driver(Optional.empty());
            tree.remove(device.path() + "/driver");
            tree.remove(ROOT + "/drivers/" + driver.name() + "/" + device.bdf());
        });
    }

    /// pci-driver.c, pci_match_device: an override to another driver excludes; an override to this one always matches.
    private boolean matches(PciDriver driver, PciDevice device) {
        if (device.driverOverride().isPresent()) {
            return device.driverOverride().get().equals(driver.name());
        }
        return drivers.get(driver).stream().anyMatch(id -> id.matches(device)) || driver.knows(device);
    }

    /// A probe nobody asked for by name fails into the kernel log only (dd.c, __device_attach_driver).
    private boolean attachQuietly(PciDriver driver, PciDevice device) {
        try {
            attach(driver, device);
            return true;
        } catch (KernelError _) {
            return false;
        }
    }

    /// bus.c, bind_store: an unknown device and one that does not match give the same ENODEV; a probe's own error is passed on.
    private void bind(PciDriver driver, String bdf) {
        PciDevice device = devices.get(bdf);
        if (device == null || !matches(driver, device)) {
            throw new KernelError(Errno.ENODEV);
        }
        attach(driver, device);
    }

    /// bus.c, unbind_store.
    private void unbind(PciDriver driver, String bdf) {
        PciDevice device = devices.get(bdf);
        if (device == null || !device.driver().equals(Optional.of(driver))) {
            throw new KernelError(Errno.ENODEV);
        }
        detach(device);
    }

    /// bus.c, drivers_probe_store.
    private void probe(String bdf) {
        PciDevice device = devices.get(bdf);
        if (device == null) {
            throw new KernelError(Errno.ENODEV);
        }
        if (device.driver().isPresent()) {
            return;
        }
        if (drivers.keySet().stream().noneMatch(driver -> matches(driver, device) && attachQuietly(driver, device))) {
            throw new KernelError(Errno.EINVAL);
        }
    }

    /// pci-driver.c, new_id_store: an ID the driver already has is EEXIST; a new one binds every free device that has it.
    private void newId(PciDriver driver, String value) {
        DynamicId id = parseId(value);
        PciDevice pattern = new PciDevice(new PciDevice.Identity(new PciAddress(0, 0, 0, 0), "", id.vendor(), id.device(), 0, -1, Optional.empty()));
        if (matches(driver, pattern)) {
            throw new KernelError(Errno.EEXIST);
        }
        drivers.get(driver).add(id);
        List.copyOf(devices.values()).stream()
                .filter(device -> device.driver().isEmpty() && matches(driver, device))
                .forEach(device -> attachQuietly(driver, device));
    }

    /// pci-driver.c, remove_id_store.
    private void removeId(PciDriver driver, String value) {
        if (!drivers.get(driver).remove(parseId(value))) {
            throw new KernelError(Errno.ENODEV);
        }
    }

    private static DynamicId parseId(String value) {
        List<Integer> fields = new ArrayList<>();
        for (String field : value.strip().split("\\s+")) {
            try {
                fields.add(Integer.parseUnsignedInt(field.replaceFirst("^0[xX]", ""), 16));
            } catch (NumberFormatException _) {
                // sscanf stops at the first field that is no hexadecimal number.
                break;
            }
        }
        if (fields.size() < 2) {
            throw new KernelError(Errno.EINVAL);
        }
        return new DynamicId(fields.get(0), fields.get(1));
    }
}
