package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicePluginMainTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void listsWhatItWouldOfferAndWhyNotTheRest() {
        NodeTree node = new NodeTree(directory).card("4b", "asym;sym", 0, 2).card("8a", "dc", -1, 1);
        node.unbind("0000:4b:00.2");

        assertThat(run("--list", "--sysfs", node.sysfs().toString(), "--vfio", node.vfio().toString())).isEqualTo(ExitCode.DONE);
        assertThat(out).hasToString("""
                RESOURCE          DEVICE        PF            NUMA  VFIO  HEALTH     REASON
                qat.intel.com/cy  0000:4b:00.1  0000:4b:00.0  0     100   healthy
                qat.intel.com/cy  0000:4b:00.2  0000:4b:00.0  0     101   unhealthy  bound to no driver instead of vfio-pci
                qat.intel.com/dc  0000:8a:00.1  0000:8a:00.0  -     102   healthy
                """);
    }

    @Test
    void listsNothingOnBareNode() {
        NodeTree node = new NodeTree(directory);

        assertThat(run("--list", "--sysfs", node.sysfs().toString())).isEqualTo(ExitCode.DONE);
        assertThat(out).hasToString("no QAT virtual functions on this node; node-setup makes them\n");
    }

    @Test
    void printsSettingsWithTheirSource() {
        assertThat(run("--print-config", "--scan-interval", "2s")).isEqualTo(ExitCode.DONE);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("DEVICE_PLUGIN_SCAN_INTERVAL=2s  # --scan-interval\nDEVICE_PLUGIN_SYSFS=/sys  # default\n");
    }

    @Test
    void helpNamesEverySetting() {
        assertThat(run("--help")).isEqualTo(ExitCode.DONE);
        for (Setting setting : Setting.values()) {
            assertThat(out.toString(StandardCharsets.UTF_8)).contains(setting.flag());
        }
    }

    @Test
    void endsWithTwoWhenTheConfigurationIsBad() {
        assertThat(run("--list", "--sysfs", "here")).isEqualTo(ExitCode.BAD_CONFIGURATION);
        assertThat(err).hasToString("the configuration has 1 problem:\n  --sysfs is \"here\"; expected an absolute path\nSee device-plugin --help.\n");
    }

    @Test
    void endsWithThreeWithoutSysfs() {
        assertThat(run("--list", "--sysfs", directory + "/none")).isEqualTo(ExitCode.PREFLIGHT_FAILED);
        assertThat(err).hasToString("cannot open " + directory + "/none: No such file or directory; mount the node's /sys, or name the tree with --sysfs\n");
    }

    private ExitCode run(String... arguments) {
        return new DevicePluginMain(new PrintStream(out, true), new PrintStream(err, true)).run(List.of(arguments), Map.of());
    }
}
