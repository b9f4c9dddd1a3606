package io.kubeqat.e2e.kernel;

import static io.kubeqat.e2e.kernel.BenchNode.CARD;
import static io.kubeqat.e2e.kernel.BenchNode.CARD_IN_ONE_GROUP;
import static io.kubeqat.e2e.kernel.BenchNode.VFS;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.runtimeclass.KataConfig;
import io.kubeqat.runtimeclass.KataRuntime;
import io.kubeqat.runtimeclass.QemuArguments;
import io.kubeqat.simulator.SysfsContract;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.testbed.CommandResult;
import io.kubeqat.testbed.machine.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The shipped images on a real kernel. One machine serves all tests, because booting one takes longer than most of them; each begins with [BenchNode#reset] or [#allSetUp].
final class KernelBenchIT {
    private static final List<String> EVIDENCE = Collections.synchronizedList(new ArrayList<>());

    @AutoClose
    private static BenchNode node;

    @BeforeAll
    static void boot(@TempDir Path scratch) throws IOException, InterruptedException {
        node = BenchNode.boot(scratch);
        evidence("simulator's contract on this kernel: differences", new Differences().causes().size() + ", listed with their causes");
        evidence("kernel", node.sh("uname -r"));
        evidence("cards", node.sh("for pf in %s %s; do echo $pf $(cat /sys/bus/pci/devices/$pf/sriov_totalvfs) VFs, ; done | tr '\\n' ' '".formatted(CARD, CARD_IN_ONE_GROUP)));
    }

    /// The contract that the simulator keeps, on the real kernel's `/sys`: what holds on both is what we claim.
    @Nested
    @ExtendWith(Differences.class)
    final class KernelContract extends SysfsContract {
        KernelContract() {
            super(new Card(CARD.toString(), "0000:01:10.0", "0000:01:11.4",
                    node.sh("d=$(readlink -f /sys/bus/pci/devices/%s/..); echo ${d#/sys/}".formatted(CARD)), "igb", "10ca", VFS));
        }

        @BeforeEach
        void reset() {
            // No driver takes a QAT VF by itself, and a VF's own driver is asked whatever drivers_autoprobe says. The id is left by a test that gave it to vfio-pci.
            node.machine().run("rmmod igbvf; echo 8086 10ca > /sys/bus/pci/drivers/vfio-pci/remove_id");
            node.reset(false);
        }

        @Override
        protected Sysfs sysfs() {
            return new MachineSysfs(node.machine());
        }
    }

    @AfterAll
    static void printEvidence() {
        System.out.println("\nEvidence of the kernel bench");
        EVIDENCE.forEach(line -> System.out.println("  " + line));
    }

    private static void evidence(String what, String seen) {
        EVIDENCE.add("%-52s %s".formatted(what, seen));
    }

    private static long bound(PciAddress pf) {
        return node.drivers(pf).values().stream().filter("vfio-pci"::equals).count();
    }

    private static void allAreBound(CommandResult run) {
        assertThat(run.exitCode()).as(run::error).isZero();
        for (PciAddress pf : List.of(CARD, CARD_IN_ONE_GROUP)) {
            assertThat(node.drivers(pf)).hasSize(VFS).allSatisfy((_, driver) -> assertThat(driver).isEqualTo("vfio-pci"));
        }
    }

    /// All VFs made and bound, by node-setup where an earlier test has not left them so: it takes a while in a machine without hardware support.
    private static void allSetUp() {
        if (bound(CARD) + bound(CARD_IN_ONE_GROUP) < 2 * VFS) {
            node.reset(false);
            allAreBound(node.nodeSetup());
        }
    }

    @Test
    void nodeSetupSaysWhatItWouldDoDoesItAndHasNothingLeftToDo() {
        node.reset(false);

        CommandResult dryRun = node.nodeSetup("--dry-run");
        assertThat(dryRun.exitCode()).as(dryRun::error).isZero();
        assertThat(dryRun.output()).contains("/sys/bus/pci/devices/" + CARD + "/sriov_numvfs");
        assertThat(node.drivers(CARD)).isEmpty();

        CommandResult first = node.nodeSetup();
        allAreBound(first);
        assertThat(first.error()).contains("bdf=" + CARD + " services=fixed vfs=7 on-vfio-pci=7");

        CommandResult second = node.nodeSetup();
        allAreBound(second);
        assertThat(second.error().lines().filter(line -> line.contains("card is ready"))).hasSize(2).allMatch(line -> line.endsWith("steps=0"));
        evidence("node-setup: VFs on vfio-pci, steps of the second run", bound(CARD) + " and " + bound(CARD_IN_ONE_GROUP) + ", 0");
    }

    @Test
    void partialStatesConverge() {
        node.reset(true);
        // igbvf takes the VFs of the first card; one is torn from it, one is bound already, one only has the override. The second card has too few.
        node.sh("""
                cd /sys/bus/pci/devices
                echo 7 > %1$s/sriov_numvfs
                echo 0 > /sys/bus/pci/drivers_autoprobe
                for n in 0 1 2; do vf=%1$s/virtfn$n; echo $(basename $(readlink $vf)) > $vf/driver/unbind; done
                for n in 1 2; do echo vfio-pci > %1$s/virtfn$n/driver_override; done
                echo $(basename $(readlink %1$s/virtfn2)) > /sys/bus/pci/drivers/vfio-pci/bind
                echo 3 > %2$s/sriov_numvfs
                """.formatted(CARD, CARD_IN_ONE_GROUP));
        assertThat(node.drivers(CARD).values()).containsExactlyInAnyOrder("none", "none", "vfio-pci", "igbvf", "igbvf", "igbvf", "igbvf");
        assertThat(node.drivers(CARD_IN_ONE_GROUP)).hasSize(3);

        allAreBound(node.nodeSetup());

        evidence("node-setup: from 4 VFs on igbvf, 3 of 7 VFs made", bound(CARD) + " and " + bound(CARD_IN_ONE_GROUP) + " on vfio-pci");
    }

    @Test
    void aKillInTheMiddleIsMadeGoodByTheNextRun() {
        long atKill = 0;
        // The kill may come too late on a busy machine, where nothing says which of the two runs first.
        for (int attempt = 1; attempt <= 5 && (atKill == 0 || atKill == 2 * VFS); attempt++) {
            node.reset(false);
            node.sh("%s 2> /tmp/killed & pid=$!; until ls /sys/bus/pci/drivers/vfio-pci | grep -q ^0000 || ! [ -e /proc/$pid ]; do :; done; kill -9 $pid; wait $pid; true"
                    .formatted(node.nodeSetupCommand()));
            atKill = bound(CARD) + bound(CARD_IN_ONE_GROUP);
        }
        assertThat(atKill).isBetween(1L, 2L * VFS - 1);

        allAreBound(node.nodeSetup());

        evidence("node-setup: killed (-9) on its way, run again", atKill + " of " + 2 * VFS + " VFs bound at the kill, all after the next run");
    }

    @Test
    void vfsThatAProcessHasOpenAreNotTakenAway() {
        node.reset(false);
        node.sh("echo 3 > /sys/bus/pci/devices/%s/sriov_numvfs".formatted(CARD));
        assertThat(node.nodeSetup("--vfs", "3").exitCode()).isZero();
        PciAddress vf = node.drivers(CARD).keySet().iterator().next();
        String group = node.groups(CARD).get(vf);
        Machine.Command holder = node.machine().start("exec vfio-open --hold %s %s".formatted(group, vf));
        holder.awaitOutput("held=yes");
        String pid = node.sh("pidof vfio-open");

        CommandResult refused = node.nodeSetup("--vfs", "7");

        assertThat(refused.exitCode()).isEqualTo(4);
        String reason = "vfio-open (pid %s) uses %s through /dev/vfio/%s".formatted(pid, vf, group);
        assertThat(refused.error()).contains(reason);
        assertThat(node.drivers(CARD)).hasSize(3);
        node.sh("kill " + pid);
        holder.await();
        allAreBound(node.nodeSetup("--vfs", "7"));
        evidence("node-setup: a VF that is open is refused", reason);
    }

    @Test
    void theDevicePluginOffersVfsByTheirGroupsAndAGroupOpensItsVfOnly() {
        allSetUp();
        Map<PciAddress, String> groups = node.groups(CARD);
        assertThat(groups.values()).doesNotHaveDuplicates();

        String list = node.devicePlugin("--list").outputOrThrow();

        groups.forEach((vf, group) -> assertThat(list.lines().filter(line -> line.contains(" " + vf + " ")))
                .singleElement().asString().matches("qat.intel.com/generic +" + vf + " +" + CARD + " +\\S+ +" + group + " +healthy"));
        evidence("device plugin: offered, with their IOMMU groups", groups.toString());

        // The nodes that the kubelet would give to a container, and nothing else; and no privilege.
        PciAddress vf = groups.keySet().iterator().next();
        PciAddress other = groups.keySet().stream().skip(1).findFirst().orElseThrow();
        String answers = node.sh("""
                mkdir -p /box/dev/vfio
                cp /bin/vfio-open /box/
                cp -a /dev/vfio/vfio /dev/vfio/%1$s /box/dev/vfio/
                chown 65534 /box/dev/vfio/%1$s
                chroot /box /vfio-open --uid 65534 %1$s %2$s
                """.formatted(groups.get(vf), vf));
        assertThat(answers.lines()).contains(
                "uid=65534", "api=0", "type1v2=1", "group=/dev/vfio/" + groups.get(vf), "viable=yes", "dma=4096 bytes", "device=" + vf, "id=" + BenchNode.VF_ID);
        evidence("a process with that group alone: VFIO's answers", answers.replace("\n", " "));

        CommandResult foreign = node.machine().run("chroot /box /vfio-open --uid 65534 %s %s".formatted(groups.get(vf), other));
        assertThat(foreign.exitCode()).isEqualTo(1);
        assertThat(foreign.output()).contains("refused=VFIO_GROUP_GET_DEVICE_FD: No such device");
        CommandResult withoutNode = node.machine().run("chroot /box /vfio-open --uid 65534 %s %s; rm -r /box".formatted(groups.get(other), other));
        assertThat(withoutNode.output()).contains("refused=/dev/vfio/" + groups.get(other) + ": No such file or directory");
        evidence("the same process and another VF", "%s through its own group: No such device; /dev/vfio/%s is not there".formatted(other, groups.get(other)));
    }

    @Test
    void vfsThatShareAGroupWithTheirCardAreRefusedByThePluginAsByTheKernel() {
        allSetUp();
        Map<PciAddress, String> groups = node.groups(CARD_IN_ONE_GROUP);
        assertThat(groups.values()).hasSize(VFS).containsOnly(node.sh("basename $(readlink /sys/bus/pci/devices/%s/iommu_group)".formatted(CARD_IN_ONE_GROUP)));

        String list = node.devicePlugin("--list").outputOrThrow();

        String group = groups.values().iterator().next();
        assertThat(list.lines().filter(line -> groups.keySet().stream().anyMatch(vf -> line.contains(" " + vf + " "))))
                .hasSize(VFS).allMatch(line -> line.contains(" unhealthy ") && line.contains(CARD_IN_ONE_GROUP.toString()));
        CommandResult kernel = node.machine().run("vfio-open %s %s".formatted(group, groups.keySet().iterator().next()));
        assertThat(kernel.exitCode()).isEqualTo(1);
        assertThat(kernel.output()).contains("viable=no");
        evidence("IOMMU group shared with the card: device plugin", list.lines().filter(line -> line.contains(" unhealthy ")).findFirst().orElseThrow().replaceAll(" +", " "));
        evidence("the same: the kernel", kernel.output().strip().replace("\n", " "));
    }

    @Test
    @Tag("guest-kernel")
    void aVirtualMachineInsideWithOurGuestKernelGetsOneVfInAGroupOfItsOwn() throws IOException {
        allSetUp();
        PciAddress vf = node.groups(CARD).keySet().iterator().next();
        String group = node.groups(CARD).get(vf);
        String onTheNode = node.sh("chroot /tools /usr/bin/lspci -nn -s " + vf);
        QemuArguments kata = QemuArguments.of(KataConfig.shipped(KataRuntime.GO));
        Files.copy(GuestKernel.build().resolve("bzImage"), node.machine().folder().resolve("guest-kernel"));

        String console = node.sh("chroot /tools qemu-system-x86_64 -nodefaults -no-reboot -display none -nic none -cpu max -m 256 -serial stdio "
                + "-machine %s,accel=tcg -device %s -device vfio-pci,host=%s,bus=%s ".formatted(
                        kata.machine(), String.join(" -device ", kata.devices()), vf, kata.rootPorts().getFirst())
                + "-kernel /host/guest-kernel -initrd /host/initramfs.gz -append 'console=ttyS0 quiet panic=-1 no_timer_check %s bench.guest=%s'".formatted(
                        String.join(" ", kata.kernelParameters()), BenchNode.VF_ID));

        List<String> seen = console.lines().map(String::strip).filter(line -> line.startsWith("guest: ")).map(line -> line.substring("guest: ".length())).toList();
        String device = seen.stream().filter(line -> line.startsWith("device=")).findFirst().orElse("device=none").substring("device=".length());
        assertThat(console).contains("bench: Linux");
        assertThat(seen).as(console).contains(
                "driver=vfio-pci", "group-members=" + device, "uid=65534", "api=0", "type1v2=1", "viable=yes", "dma=4096 bytes", "id=" + BenchNode.VF_ID, "done");
        String guestGroup = seen.stream().filter(line -> line.startsWith("group=")).findFirst().orElseThrow();
        assertThat(seen).contains("nodes=" + guestGroup.substring("group=/dev/vfio/".length()) + " vfio");
        evidence("passed through: on the node", onTheNode + ", IOMMU group " + group);
        evidence("passed through: guest kernel", console.lines().filter(line -> line.startsWith("bench: ")).findFirst().orElseThrow());
        evidence("passed through: in the guest", seen.stream().filter(line -> line.startsWith("pci=" + device)).findFirst().orElseThrow());
        evidence("passed through: VFIO's answers there", seen.subList(seen.indexOf("driver=vfio-pci"), seen.size() - 1).toString());
    }
}
