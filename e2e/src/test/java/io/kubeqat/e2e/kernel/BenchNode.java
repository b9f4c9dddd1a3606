package io.kubeqat.e2e.kernel;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.testbed.CommandResult;
import io.kubeqat.testbed.machine.Machine;
import io.kubeqat.testbed.machine.MachineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A node with two cards, of which the second is behind a port without Access Control Services, so that all its functions share an IOMMU group with it.
///
/// The cards are emulated network controllers, for both agents "a card" by one row in a table. Both are there from the start: group numbers move with every
/// device that is added.
final class BenchNode implements AutoCloseable {
    static final PciAddress CARD = PciAddress.parse("0000:01:00.0");
    static final PciAddress CARD_IN_ONE_GROUP = PciAddress.parse("0000:02:00.0");
    static final int VFS = 7;
    static final String VF_ID = "8086:10ca";

    private final Machine machine;
    private final AgentImage nodeSetup;
    private final AgentImage devicePlugin;

    private BenchNode(Machine machine, AgentImage nodeSetup, AgentImage devicePlugin) {
        this.machine = machine;
        this.nodeSetup = nodeSetup;
        this.devicePlugin = devicePlugin;
    }

    /// @param scratch takes the images, unpacked, and may go when the node is up
    static BenchNode boot(Path scratch) throws IOException, InterruptedException {
        Path setupRoot = Files.createDirectory(scratch.resolve("node-setup"));
        Path pluginRoot = Files.createDirectory(scratch.resolve("device-plugin"));
        AgentImage nodeSetup = AgentImage.unpack("node-setup", setupRoot);
        AgentImage devicePlugin = AgentImage.unpack("device-plugin", pluginRoot);
        Machine machine = Machine.boot(
                new MachineOptions(
                        1536,
                        List.of("pcie-root-port,id=rp1,chassis=1", "igb,bus=rp1", "pcie-root-port,id=rp2,chassis=2,disable-acs=on", "igb,bus=rp2"),
                        Map.of("node-setup", setupRoot, "device-plugin", pluginRoot)),
                step -> System.out.println("kernel bench: " + step));
        try {
            Files.copy(Path.of("src/test/resources/kernel/cards.txt"), machine.folder().resolve("cards.txt"));
            nodeSetup.mount(machine);
            devicePlugin.mount(machine);
            machine.run("for mount in sys proc dev host; do mount --bind /$mount /tools/$mount || exit 1; done").outputOrThrow();
            return new BenchNode(machine, nodeSetup, devicePlugin);
        } catch (IOException | RuntimeException e) {
            machine.close();
            throw e;
        }
    }

    Machine machine() {
        return machine;
    }

    String sh(String script) {
        return machine.run(script).outputOrThrow().strip();
    }

    /// The cards as after a boot: no VFs. Where drivers are to take new VFs by themselves, `igbvf` does.
    void reset(boolean driversTakeVfs) {
        sh("echo 1 > /sys/bus/pci/drivers_autoprobe; for pf in %s %s; do echo 0 > /sys/bus/pci/devices/$pf/sriov_numvfs; done; echo %d > /sys/bus/pci/drivers_autoprobe"
                .formatted(CARD, CARD_IN_ONE_GROUP, driversTakeVfs ? 1 : 0));
    }

    CommandResult nodeSetup(String... arguments) {
        return machine.run(nodeSetupCommand(arguments));
    }

    String nodeSetupCommand(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        // A step's effect may take its time on a machine that is emulated on a busy one.
        all.addAll(List.of("--models", "/host/cards.txt", "--timeout", "300"));
        return nodeSetup.command(all.toArray(String[]::new));
    }

    CommandResult devicePlugin(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--models", "/host/cards.txt"));
        return machine.run(devicePlugin.command(all.toArray(String[]::new)));
    }

    /// The VFs of a card, each with its driver or "none".
    Map<PciAddress, String> drivers(PciAddress pf) {
        return vfs(pf, "driver");
    }

    /// The VFs of a card, each with the number of its IOMMU group.
    Map<PciAddress, String> groups(PciAddress pf) {
        return vfs(pf, "iommu_group");
    }

    private Map<PciAddress, String> vfs(PciAddress pf, String link) {
        Map<PciAddress, String> found = new TreeMap<>();
        sh(("for vf in /sys/bus/pci/devices/%s/virtfn*; do [ ! -e $vf ] || echo $(basename $(readlink $vf)) $(basename $(readlink $vf/%s || echo none)); done")
                .formatted(pf, link)).lines().map(line -> line.split(" ")).forEach(words -> found.put(PciAddress.parse(words[0]), words[1]));
        return found;
    }

    @Override
    public void close() {
        machine.close();
    }
}
