package io.kubeqat.deviceplugin;

import java.util.Locale;

/// Everything that can be configured, each by a flag and by an environment variable; the flag wins.
enum Setting {
    ALLOCATION_POLICY("balanced", "POLICY", "which card to prefer: balanced (most free VFs first) or packed (fewest free VFs first)"),
    CDI_DIR("", "DIR", "hand devices out by the container device interface: where to write kube-qat.json, as in /var/run/cdi; nothing for device nodes"),
    DEV("/dev", "DIR", "what to take for /dev, with the node's VFIO devices in its vfio; pods find them in /dev/vfio in any case"),
    HEALTH_BAD_READS("3", "N", "bad reads in a row of a card's heartbeat or error counters that make its VFs unhealthy: 1 to 100"),
    HEALTH_GOOD_READS("5", "N", "good reads in a row that make them healthy again: 1 to 100"),
    HEALTH_INTERVAL("1s", "TIME", "how often to read them: 1s to 1h; more often would make a card look dead"),
    HTTP_ADDRESS("127.0.0.1", "IP", "where /metrics, /healthz and /readyz listen; in a pod its own address, for the kubelet to reach them"),
    HTTP_PORT("9464", "N", "their port: 1 to 65535, or 0 for none of them"),
    KUBELET_DIR("/var/lib/kubelet/device-plugins", "DIR", "where kubelet.sock is and the plugin's sockets go"),
    LOG_LEVEL("info", "LEVEL", "error, warning, info or debug"),
    MODELS("", "FILE", "more cards than the built-in ones, a row each; a row of a known model replaces it"),
    OUTPUT("table", "FORMAT", "how --list prints: table or json (also -o)"),
    PLUGINS_REGISTRY("", "DIR", "let the kubelet find the plugin by itself, in /var/lib/kubelet/plugins_registry; nothing to register on kubelet.sock"),
    RESOURCE_PREFIX("qat.intel.com", "PREFIX", "what stands before the / of each resource name"),
    SCAN_INTERVAL("1s", "TIME", "how often to look at the devices: 200ms to 1h, as in 500ms or 2s"),
    SYSFS("/sys", "DIR", "what to take for /sys, where the devices are read from");

    static final String VARIABLE_PREFIX = "DEVICE_PLUGIN_";

    private final String standard;
    private final String value;
    private final String help;

    Setting(String standard, String value, String help) {
        this.standard = standard;
        this.value = value;
        this.help = help;
    }

    String standard() {
        return standard;
    }

    String flag() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// `-o` is what kubectl has taught everybody.
    boolean isFlag(String text) {
        return text.equals(flag()) || (this == OUTPUT && text.equals("-o"));
    }

    String variable() {
        return VARIABLE_PREFIX + name();
    }

    String help() {
        String text = flag() + " " + value;
        return "  " + text + " ".repeat(Math.max(1, 28 - text.length())) + help + (standard.isEmpty() ? "" : " [" + standard + "]");
    }
}
