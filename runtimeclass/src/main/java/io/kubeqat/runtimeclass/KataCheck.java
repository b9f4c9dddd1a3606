package io.kubeqat.runtimeclass;

import static io.kubeqat.runtimeclass.KataCheck.Key.COLD_PLUG;
import static io.kubeqat.runtimeclass.KataCheck.Key.HOT_PLUG;
import static io.kubeqat.runtimeclass.KataCheck.Key.IOMMU;
import static io.kubeqat.runtimeclass.KataCheck.Key.MACHINE;
import static io.kubeqat.runtimeclass.KataCheck.Key.ROOT_PORTS;
import static io.kubeqat.runtimeclass.KataCheck.Key.VFIO_MODE;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What in a configuration of Kata keeps a VF from the containers, or is written for nothing.
final class KataCheck {
    /// The keys that matter to a VF, with what Kata 4.1.0 takes when they are not set.
    enum Key {
        MACHINE("hypervisor.qemu.machine_type", "q35"),
        IOMMU("hypervisor.qemu.enable_iommu", false),
        HOT_PLUG("hypervisor.qemu.hot_plug_vfio", "no-port"),
        COLD_PLUG("hypervisor.qemu.cold_plug_vfio", "no-port"),
        ROOT_PORTS("hypervisor.qemu.pcie_root_port", 0L),
        VFIO_MODE("runtime.vfio_mode", "guest-kernel");

        private final String text;
        private final Object kataDefault;

        Key(String text, Object kataDefault) {
            this.text = text;
            this.kataDefault = kataDefault;
        }

        String text() {
            return text;
        }

        Object of(KataConfig config) {
            return config.value(text, kataDefault);
        }
    }

    /// QEMU's limit (src/runtime/virtcontainers/qemu_arch_base.go, maxPCIeRootPort); beyond it the Go runtime ends with an error, or goes down to it.
    private static final long MAX_ROOT_PORTS = 16;

    private final KataConfig config;
    private final List<String> problems = new ArrayList<>();

    private KataCheck(KataConfig config) {
        this.config = config;
    }

    /// Each problem with its place, the value, and what to write instead.
    static List<String> problems(KataConfig config) {
        KataCheck check = new KataCheck(config);
        check.unknownKeys();
        check.machine();
        check.plugs();
        return List.copyOf(check.problems);
    }

    /// Only in drop-ins: Kata's own file is that of the version installed, which may know more.
    private void unknownKeys() {
        Set<String> known = config.runtime().keys();
        config.settings().entrySet().stream()
                .filter(setting -> setting.getValue().fromDropIn() && !known.contains(setting.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .forEach(setting -> problems.add(setting.getValue().place() + ": Kata 4.1.0's " + config.runtime().word() + " runtime has no key " + setting.getKey()
                        + ", and passes over it"));
    }

    private void machine() {
        if (!MACHINE.of(config).equals("q35")) {
            problem(MACHINE, "no other machine has a vIOMMU and PCI Express ports", "\"q35\"");
        }
        if (!IOMMU.of(config).equals(true)) {
            problem(IOMMU, "without a vIOMMU the VF has no IOMMU group in the guest, and Kata's agent refuses it", "true");
        }
        if (!VFIO_MODE.of(config).equals("vfio")) {
            problem(VFIO_MODE, "/dev/vfio is taken from the containers and the VF left to a driver in the guest, which a QAT VF does not have: TLS would go on without QAT "
                    + "and nothing would say so", "\"vfio\"");
        }
        if (!(ROOT_PORTS.of(config) instanceof Long ports) || ports < 1 || ports > MAX_ROOT_PORTS) {
            problem(ROOT_PORTS, "each VF takes a root port, and QEMU has at most " + MAX_ROOT_PORTS, "a number from 1 to " + MAX_ROOT_PORTS);
        }
    }

    private void plugs() {
        boolean cold = !COLD_PLUG.of(config).equals("no-port");
        boolean hot = !HOT_PLUG.of(config).equals("no-port");
        if (cold) {
            problem(COLD_PLUG, "devices are then taken from CDI and the kubelet's PodResources only, where kube-qat's device plugin does not put them", "\"no-port\"");
        }
        switch (config.runtime()) {
            case GO -> {
                if (cold && hot) {
                    problem(HOT_PLUG, "with cold_plug_vfio also set, the runtime does not start (checkPCIeConfig)", "one of the two");
                } else if (!hot) {
                    problem(HOT_PLUG, "with cold_plug_vfio also \"no-port\", a container with a VF does not start: \"port is not set\"", "\"root-port\"");
                } else if (!HOT_PLUG.of(config).equals("root-port")) {
                    problem(HOT_PLUG, "pcie_root_port makes root ports, and no other", "\"root-port\"");
                }
            }
            case RUNTIME_RS -> {
                // It has no hot_plug_vfio: a VF is attached when its container is made.
            }
        }
    }

    private void problem(Key key, String why, String instead) {
        KataConfig.Setting setting = config.settings().get(key.text);
        Object value = key.of(config);
        problems.add((setting == null ? "not set" : setting.place()) + ": " + key.text + " = " + (value instanceof String ? "\"" + value + "\"" : value) + ": " + why
                + "; write " + instead);
    }
}
