package io.kubeqat.nodesetup;

import io.kubeqat.pci.PciId;
import io.kubeqat.qat.QatModel;
import io.kubeqat.qat.QatModels;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// A tree of devices, some of them QAT's, whose files, links and answers are left to chance: most as the kernel has them, some missing, some nonsense. A write
/// is stored, ignored or refused.
final class RandomTree implements Sysfs {
    private static final String[] NONSENSE = {"", "(null)", "-1", "up", "0x", "99999999999999999999", "sym;;", "\u0000", "a b", "../../x", "none"};

    /// What a card that answers with ones only has, and what leads past the last bus, below the first, or to one address for all.
    private static final String[] WRONG_NUMBERS = {"65535", "4294967295", "2147483647", "2147483648", "0", "256"};

    private final Random random;
    private final QatModels models;
    private final Map<String, String> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private final Set<String> directories = new HashSet<>();
    private final Set<String> pfs = new HashSet<>();
    private final Set<String> vfs = new HashSet<>();
    private final List<String> forbidden = new ArrayList<>();
    private int writes;

    RandomTree(Random random, QatModels models) {
        this.random = random;
        this.models = models;
        directories.add("bus/pci/devices");
        for (String driver : new String[] {"4xxx", "420xx", "6xxx", "c6xx", "4xxxvf", "vfio-pci"}) {
            if (random.nextInt(15) > 0) {
                directories.add("bus/pci/drivers/" + driver);
            }
        }
        files.put("module/vfio_pci/parameters/disable_denylist", random.nextBoolean() ? "Y\n" : "N\n");
        for (int card = random.nextInt(4); card > 0; card--) {
            card("0000:%02x:00.".formatted(random.nextInt(256)));
        }
        if (random.nextInt(4) == 0) {
            // Others' devices, with our numbers in the wrong places.
            device("0000:00:1f.0", new PciId(0x8086, 0x1521), false);
            device("0000:00:1f.1", new PciId(0x4940, 0x8086), false);
        }
    }

    private void card(String prefix) {
        QatModel model = models.rows().get(random.nextInt(models.rows().size()));
        String pf = prefix + "0";
        if (directories.contains("bus/pci/devices/" + pf)) {
            return;
        }
        boolean guest = random.nextInt(10) == 0;
        int count = random.nextInt(4);
        if (!guest) {
            device(pf, model.pfId(), true);
            pfs.add(pf);
            driver(pf, random.nextInt(10) == 0 ? "vfio-pci" : model.pfDriver());
            if (model.qatDirectory() || random.nextInt(10) == 0) {
                file(pf, "qat/state", random.nextInt(4) == 0 ? "down" : "up");
                file(pf, "qat/cfg_services", new String[] {"sym;asym", "asym;sym", "dc", "asym;sym;dc", "dcc"}[random.nextInt(5)]);
            }
            file(pf, "sriov_totalvfs", "4");
            if (random.nextInt(4) > 0) {
                file(pf, "sriov_offset", number("1"));
                file(pf, "sriov_stride", number("1"));
            }
            file(pf, "sriov_numvfs", Integer.toString(random.nextInt(6) == 0 ? random.nextInt(6) : count));
        }
        for (int n = 0; n < count; n++) {
            String vf = prefix + (n + 1);
            boolean other = random.nextInt(30) == 0;
            device(vf, other ? new PciId(0x8086, 0x37c0) : model.vfId(), true);
            if (!other) {
                vfs.add(vf);
            }
            if (random.nextBoolean()) {
                driver(vf, random.nextInt(4) == 0 ? model.vfDriver() : "vfio-pci");
            }
            if (!guest) {
                link("bus/pci/devices/" + pf + "/virtfn" + n, "bus/pci/devices/" + vf);
                link("bus/pci/devices/" + vf + "/physfn", "bus/pci/devices/" + pf);
            }
            if (random.nextInt(10) > 0) {
                String group = "kernel/iommu_groups/" + (random.nextInt(50) == 0 ? "x" : random.nextInt(100));
                directories.add(group);
                directories.add("kernel/iommu_groups");
                link("bus/pci/devices/" + vf + "/iommu_group", group);
            }
        }
    }

    private void device(String bdf, PciId id, boolean spoilt) {
        directories.add("bus/pci/devices/" + bdf);
        String path = "bus/pci/devices/" + bdf + "/";
        files.put(path + "vendor", "0x%04x\n".formatted(id.vendor()));
        files.put(path + "device", "0x%04x\n".formatted(id.device()));
        if (spoilt) {
            file(bdf, "numa_node", random.nextBoolean() ? "-1" : "0");
            file(bdf, "driver_override", "(null)");
        }
    }

    private void driver(String bdf, String name) {
        link("bus/pci/devices/" + bdf + "/driver", "bus/pci/drivers/" + name);
    }

    private void file(String bdf, String name, String content) {
        int chance = random.nextInt(40);
        if (chance > 0) {
            files.put("bus/pci/devices/" + bdf + "/" + name, (chance == 1 ? NONSENSE[random.nextInt(NONSENSE.length)] : content) + "\n");
        }
    }

    private String number(String right) {
        return random.nextInt(20) == 0 ? WRONG_NUMBERS[random.nextInt(WRONG_NUMBERS.length)] : right;
    }

    private void link(String path, String target) {
        if (random.nextInt(40) > 0) {
            links.put(path, random.nextInt(100) == 0 ? "bus/pci/devices/gone" : target);
        }
    }

    int writes() {
        return writes;
    }

    /// Writes to anything but a QAT device, or that name anything but a QAT VF to a driver.
    List<String> forbiddenWrites() {
        return forbidden;
    }

    private String real(String path) {
        for (int hops = 0; hops < 5; hops++) {
            String longest = null;
            for (String link : links.keySet()) {
                if ((path.equals(link) || path.startsWith(link + "/")) && (longest == null || link.length() < longest.length())) {
                    longest = link;
                }
            }
            if (longest == null) {
                return path;
            }
            path = links.get(longest) + path.substring(longest.length());
        }
        return path;
    }

    private SysfsException failure(String action, String path, Errno errno) {
        return new SysfsException(action, describe(path), errno);
    }

    @Override
    public synchronized String read(String path) {
        if (random.nextInt(500) == 0) {
            throw failure("read", path, Errno.EIO);
        }
        String content = files.get(real(path));
        if (content == null) {
            throw failure("read", path, Errno.ENOENT);
        }
        return content;
    }

    @Override
    public synchronized void write(String path, String value) {
        writes++;
        if (!isAllowed(path, value)) {
            forbidden.add(value + " > " + path);
        }
        if (random.nextInt(8) == 0) {
            Errno[] errnos = Errno.values();
            throw failure("write \"" + value + "\" to", path, errnos[random.nextInt(errnos.length)]);
        }
        if (random.nextInt(12) == 0) {
            return;
        }
        if (path.endsWith("/bind")) {
            links.put("bus/pci/devices/" + value.strip() + "/driver", path.substring(0, path.lastIndexOf('/')));
        } else if (path.endsWith("/unbind")) {
            links.remove("bus/pci/devices/" + value.strip() + "/driver");
        } else {
            files.put(real(path), value);
        }
    }

    private boolean isAllowed(String path, String value) {
        if (path.matches("bus/pci/drivers/[^/]+/(un)?bind")) {
            return vfs.contains(value.strip());
        }
        String bdf = path.replaceFirst("^bus/pci/devices/", "").replaceFirst("/.*", "");
        return path.endsWith("/driver_override") ? vfs.contains(bdf) : pfs.contains(bdf) && path.matches(".*/(qat/state|qat/cfg_services|sriov_numvfs)");
    }

    @Override
    public synchronized List<String> list(String path) {
        String directory = real(path);
        if (!directories.contains(directory) && files.keySet().stream().noneMatch(file -> file.startsWith(directory + "/"))) {
            throw failure("list", path, Errno.ENOENT);
        }
        Set<String> names = new TreeSet<>();
        for (Set<String> paths : List.of(files.keySet(), links.keySet(), directories)) {
            for (String entry : paths) {
                if (entry.startsWith(directory + "/")) {
                    names.add(entry.substring(directory.length() + 1).replaceFirst("/.*", ""));
                }
            }
        }
        links.forEach((link, target) -> {
            if (target.equals(directory) && link.endsWith("/driver")) {
                names.add(link.replaceFirst("/driver$", "").replaceFirst(".*/", ""));
            }
        });
        return List.copyOf(names);
    }

    @Override
    public synchronized Optional<String> link(String path) {
        if (!links.containsKey(path)) {
            return Optional.empty();
        }
        String target = real(path);
        if (!exists(target)) {
            throw failure("follow", path, Errno.ENOENT);
        }
        return Optional.of(target);
    }

    @Override
    public synchronized boolean exists(String path) {
        String real = real(path);
        return files.containsKey(real) || directories.contains(real) || files.keySet().stream().anyMatch(file -> file.startsWith(real + "/"));
    }

    @Override
    public String toString() {
        return "files " + files + " links " + links;
    }
}
