package io.kubeqat.qat;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.pci.PciId;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// The files in the directory of one PCI device, as values. What is there but not understood is an [UnexpectedValueException], what is there but not
/// readable a [SysfsException].
final class DeviceFiles {
    private final Sysfs sysfs;
    private final String directory;

    DeviceFiles(Sysfs sysfs, PciAddress address) {
        this.sysfs = sysfs;
        this.directory = QatPaths.device(address);
    }

    boolean exist() {
        return sysfs.exists(directory);
    }

    PciId id() {
        return new PciId(hexadecimal("vendor"), hexadecimal("device"));
    }

    record Identity(PciId id, Optional<String> driver) {}

    /// Id and driver in one reading, where the file `uevent` has them (Linux `pci_uevent`, `dev_uevent`), else from their own files. A thousand VFs have one driver, so it
    /// is one string.
    Identity identity() {
        Map<String, String> uevent = new HashMap<>();
        for (String line : text("uevent").orElse("").split("\n")) {
            int end = line.indexOf('=');
            uevent.put(line.substring(0, Math.max(0, end)), line.substring(end + 1));
        }
        String id = uevent.get("PCI_ID");
        return id == null
                ? new Identity(id(), driver())
                : new Identity(parse(path("uevent"), id, PciId::parse), Optional.ofNullable(uevent.get("DRIVER")).map(String::intern));
    }

    Optional<String> driver() {
        return linkName("driver");
    }

    Optional<String> driverOverride() {
        // "(null)" is what the kernel's printf makes of no override.
        return text("driver_override").filter(value -> !value.isEmpty() && !value.equals("(null)"));
    }

    Optional<PciAddress> address(String link) {
        return linkName(link).map(name -> parse(path(link), name, PciAddress::parse));
    }

    /// @param mayBeNoIommu whether to ask if VFIO made the group up
    Optional<IommuGroup> iommuGroup(boolean mayBeNoIommu) {
        return linkName("iommu_group").map(name -> new IommuGroup(
                parse(path("iommu_group"), name, DeviceFiles::number),
                mayBeNoIommu && text("iommu_group/name").filter("vfio-noiommu"::equals).isPresent()));
    }

    Optional<String> vfioDevice() {
        return sysfs.exists(path("vfio-dev")) ? sysfs.list(path("vfio-dev")).stream().findFirst() : Optional.empty();
    }

    OptionalInt numaNode() {
        int node = text("numa_node").map(value -> parse(path("numa_node"), value, Integer::valueOf)).orElse(-1);
        return node < 0 ? OptionalInt.empty() : OptionalInt.of(node);
    }

    /// The number in a file; 0 where there is no such file.
    int count(String file) {
        return value(file, DeviceFiles::number).orElse(0);
    }

    /// The value of a file; absent where there is no such file.
    <T> Optional<T> value(String file, Function<String, T> parser) {
        return text(file).map(value -> parse(path(file), value, parser));
    }

    private int hexadecimal(String file) {
        String value = sysfs.read(path(file)).strip();
        return parse(path(file), value, Integer::decode);
    }

    private static int number(String text) {
        return Integer.parseUnsignedInt(text);
    }

    private Optional<String> text(String file) {
        try {
            return Optional.of(sysfs.read(path(file)).strip());
        } catch (SysfsException e) {
            // Asking first whether it exists would leave a gap in which it can vanish.
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<String> linkName(String link) {
        return sysfs.link(path(link)).map(target -> target.substring(target.lastIndexOf('/') + 1));
    }

    private <T> T parse(String path, String value, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (NumberFormatException e) {
            throw unexpected(path, value, "expected a number", e);
        } catch (IllegalArgumentException e) {
            throw unexpected(path, value, e.getMessage(), e);
        }
    }

    private UnexpectedValueException unexpected(String path, String value, String why, Exception cause) {
        UnexpectedValueException unexpected = new UnexpectedValueException(sysfs.describe(path), value, why);
        unexpected.initCause(cause);
        return unexpected;
    }

    private String path(String file) {
        return directory + "/" + file;
    }
}
