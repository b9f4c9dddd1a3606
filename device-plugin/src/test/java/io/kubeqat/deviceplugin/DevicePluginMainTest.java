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

        assertThat(run("--list", "--sysfs", node.sysfs().toString(), "--dev", node.dev().toString())).isEqualTo(ExitCode.DONE);
        assertThat(out).hasToString("""
                PF            MODEL  STATE  SERVICES  VFS     RESOURCE
                0000:4b:00.0  4xxx   up     asym;sym  2 of 2  qat.intel.com/cy
                0000:8a:00.0  4xxx   up     dc        1 of 1  qat.intel.com/dc

                RESOURCE          DEVICE        PF            NUMA  VFIO  HEALTH     REASON
                qat.intel.com/cy  0000:4b:00.1  0000:4b:00.0  0     100   healthy
                qat.intel.com/cy  0000:4b:00.2  0000:4b:00.0  0     101   unhealthy  bound to no driver instead of vfio-pci
                qat.intel.com/dc  0000:8a:00.1  0000:8a:00.0  -     102   healthy
                """);
    }

    @Test
    void listsTheSameForPrograms() {
        NodeTree node = new NodeTree(directory).card("4b", "asym;sym", 0, 2);
        node.unbind("0000:4b:00.2");

        assertThat(run("--list", "-o", "json", "--sysfs", node.sysfs().toString(), "--dev", node.dev().toString())).isEqualTo(ExitCode.DONE);
        assertThat(out).hasToString("""
                {
                  "cards": [
                    {"pf": "0000:4b:00.0", "model": "4xxx", "driver": "4xxx", "state": "up", "services": "asym;sym", "vfs": 2, "mostVfs": 2, "numaNode": 0, "resource": "qat.intel.com/cy"}
                  ],
                  "resources": [
                    {
                      "name": "qat.intel.com/cy",
                      "healthy": 1,
                      "devices": [
                        {"id": "0000:4b:00.1", "pf": "0000:4b:00.0", "numaNode": 0, "vfio": "/dev/vfio/100", "healthy": true},
                        {"id": "0000:4b:00.2", "pf": "0000:4b:00.0", "numaNode": 0, "vfio": "/dev/vfio/101", "healthy": false, "reason": "bound to no driver instead of vfio-pci"}
                      ]
                    }
                  ],
                  "notOffered": []
                }
                """);
    }

    @Test
    void listsCardsThatHaveNoVfs() {
        NodeTree node = new NodeTree(directory).card("4b", "asym;sym", 0, 0);

        assertThat(run("--list", "--sysfs", node.sysfs().toString())).isEqualTo(ExitCode.DONE);
        assertThat(out).hasToString("""
                PF            MODEL  STATE  SERVICES  VFS     RESOURCE
                0000:4b:00.0  4xxx   up     asym;sym  0 of 0  qat.intel.com/cy

                no QAT virtual functions on this node; node-setup makes them
                """);
    }

    @Test
    void refusesAnotherFormat() {
        assertThat(run("--list", "-o", "yaml")).isEqualTo(ExitCode.BAD_CONFIGURATION);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("  -o is \"yaml\"; expected table or json\n");
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
    void printsNoSettingsThatWouldNotWork() {
        assertThat(run("--print-config", "--scan-interval", "2")).isEqualTo(ExitCode.BAD_CONFIGURATION);
        assertThat(out).hasToString("");
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
