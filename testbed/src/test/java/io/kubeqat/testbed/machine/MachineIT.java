package io.kubeqat.testbed.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kubeqat.testbed.CommandResult;
import io.kubeqat.testbed.TestbedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The machine with a card that can do SR-IOV, which stands in for a QAT card.
final class MachineIT {
    @AutoClose
    private static Machine machine;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void boot() throws IOException {
        Files.writeString(folder.resolve("file"), "content");
        machine = Machine.boot(new MachineOptions(1024, List.of("pcie-root-port,id=rp1,chassis=1", "igb,bus=rp1"), Map.of("given", folder)),
                step -> System.out.println("machine: " + step));
    }

    @Test
    void aFolderOfTheHostIsInsideToBeRead() {
        assertThat(machine.run("cat /given/file").outputOrThrow()).isEqualTo("content");
        assertThat(machine.run("rm /given/file").error()).contains("Read-only file system");
    }

    @Test
    void aCommandsOutputsAndExitCodeComeBack() {
        CommandResult result = machine.run("echo out; echo err >&2; exit 7");

        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.output()).isEqualTo("out\n");
        assertThat(result.error()).isEqualTo("err\n");
    }

    @Test
    void commandsRunSideBySide() {
        Machine.Command waiting = machine.start("echo started; until [ -e /tmp/go ]; do sleep 1; done; echo gone");
        waiting.awaitOutput("started");

        machine.run("touch /tmp/go").outputOrThrow();

        assertThat(waiting.await().outputOrThrow()).isEqualTo("started\ngone\n");
        assertThatExceptionOfType(TestbedException.class).isThrownBy(() -> waiting.awaitOutput("never")).withMessageContaining("did not print \"never\"");
    }

    @Test
    void aRealKernelMakesVfsOfWhichEachHasAnIommuGroupOfItsOwn() {
        String pf = "/sys/bus/pci/devices/0000:01:00.0";

        String seen = machine.run("echo 0 > /sys/bus/pci/drivers_autoprobe; echo 4 > " + pf + "/sriov_numvfs; cat " + pf + "/sriov_numvfs; for vf in " + pf
                + "/virtfn*; do cat $vf/device; readlink -f $vf/iommu_group; done").outputOrThrow();

        List<String> lines = seen.lines().toList();
        assertThat(lines).hasSize(9).startsWith("4", "0x10ca");
        assertThat(IntStream.range(0, 4).mapToObj(vf -> lines.get(2 + 2 * vf))).doesNotHaveDuplicates().allMatch(group -> group.startsWith("/sys/kernel/iommu_groups/"));
    }
}
