package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.inventory.Tolerance;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

class DevicePluginConfigTest {

    @Test
    void hasDefaultsForAll() {
        assertThat(config(List.of(), Map.of("PATH", "/bin"))).isEqualTo(new DevicePluginConfig(
                AllocationPolicy.BALANCED,
                Optional.empty(),
                new Tolerance(3, 5),
                Duration.ofSeconds(1),
                Optional.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9464)),
                Path.of("/var/lib/kubelet/device-plugins"),
                Level.INFO,
                Optional.empty(),
                DevicePluginConfig.Output.TABLE,
                Optional.empty(),
                "qat.intel.com",
                Duration.ofSeconds(1),
                Path.of("/sys"),
                Path.of("/dev/vfio")));
    }

    @Test
    void optionWinsOverVariable() {
        DevicePluginConfig config = config(
                List.of("--scan-interval", "500ms", "--sysfs=/a=b"),
                Map.of("DEVICE_PLUGIN_SCAN_INTERVAL", "2s", "DEVICE_PLUGIN_ALLOCATION_POLICY", "packed", "DEVICE_PLUGIN_MODELS", "/etc/models"));

        assertThat(config.scanInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.sysfs()).isEqualTo(Path.of("/a=b"));
        assertThat(config.allocationPolicy()).isEqualTo(AllocationPolicy.PACKED);
        assertThat(config.models()).contains(Path.of("/etc/models"));
    }

    @Test
    void reportsAllProblemsAtOnce() {
        assertThatExceptionOfType(DevicePluginConfig.Problems.class)
                .isThrownBy(() -> config(
                        List.of("--scan-intervall", "1s", "--dev", "dev", "--log-level"),
                        Map.of("DEVICE_PLUGIN_SYSF", "/sys", "DEVICE_PLUGIN_SCAN_INTERVAL", "10", "DEVICE_PLUGIN_RESOURCE_PREFIX", "kubernetes.io")))
                .withMessage("""
                        the configuration has 6 problems:
                          there is no variable DEVICE_PLUGIN_SYSF; the nearest is DEVICE_PLUGIN_SYSFS
                          there is no option --scan-intervall; the nearest is --scan-interval
                          --log-level needs a value
                          DEVICE_PLUGIN_RESOURCE_PREFIX is "kubernetes.io"; expected a DNS subdomain like qat.intel.com
                          DEVICE_PLUGIN_SCAN_INTERVAL is "10"; expected a time from 200ms to 1h, as in 500ms or 2s
                          --dev is "dev"; expected an absolute path""");
    }

    @Test
    void portZeroTurnsTheStatusPagesOff() {
        assertThat(config(List.of("--http-port=0"), Map.of()).status()).isEmpty();
        assertThatExceptionOfType(DevicePluginConfig.Problems.class)
                .isThrownBy(() -> config(List.of("--http-port=70000", "--http-address=localhost"), Map.of()))
                .withMessage("""
                        the configuration has 2 problems:
                          --http-address is "localhost"; expected an IP address like 127.0.0.1 or ::1
                          --http-port is "70000"; expected a number from 0 to 65535""");
    }

    @Test
    void asksNoCardMoreThanOnceInSecond() {
        assertThatExceptionOfType(DevicePluginConfig.Problems.class)
                .isThrownBy(() -> config(List.of("--health-interval=999ms", "--health-bad-reads", "0", "--health-good-reads", "101"), Map.of()))
                .withMessage("""
                        the configuration has 3 problems:
                          --health-bad-reads is "0"; expected a number from 1 to 100
                          --health-good-reads is "101"; expected a number from 1 to 100
                          --health-interval is "999ms"; expected a time from 1s to 1h, as in 1s or 1m""");
    }

    private static DevicePluginConfig config(List<String> arguments, Map<String, String> environment) {
        return DevicePluginConfig.of(CommandLine.parse(arguments, environment));
    }
}
