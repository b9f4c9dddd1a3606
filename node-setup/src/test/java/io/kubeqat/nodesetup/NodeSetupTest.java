package io.kubeqat.nodesetup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.qat.QatTopologyReader;
import io.kubeqat.qat.Service;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.simulator.Scenario;
import io.kubeqat.simulator.Simulator;
import io.kubeqat.sysfs.Errno;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole command on simulated cards. After every test the command runs once more, and must not write anything.
class NodeSetupTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));
    private static final String FIRST = "0000:6b:00.0";
    private static final String SECOND = "0000:e8:00.0";
    private static final String DEVICES = "bus/pci/devices/";
    private static final ServiceSet CY = ServiceSet.of(Service.SYM, Service.ASYM);
    private static final ServiceSet DC = ServiceSet.of(Service.DC);

    @TempDir
    Path directory;

    private final Map<String, String> env = new HashMap<>(Map.of("NODE_SETUP_SERVICES", "sym;asym", "NODE_SETUP_CARDS_AT_ONCE", "1"));
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Simulator simulator;
    private RecordedSysfs sysfs;

    @BeforeEach
    void twoCardsWithTheServicesOfBoot() {
        env.put("NODE_SETUP_PROC", directory.resolve("proc").toString());
        env.put("NODE_SETUP_DEV", directory.resolve("dev").toString());
        simulate(Scenario.builtIn("two-cards").orElseThrow());
    }

    @AfterEach
    void runsAgainWithoutWriting() {
        env.remove("NODE_SETUP_DRY_RUN");
        run();
        int before = sysfs.writes().size();
        run();
        assertThat(sysfs.writes().stream().skip(before)).as("what the last run of two writes").isEmpty();
    }

    @Test
    void bringsABareNodeToItsState() {
        assertThat(run()).isEqualTo(ExitCode.DONE);

        assertReady(FIRST, CY, 16, 16);
        assertReady(SECOND, CY, 16, 16);
        assertThat(log()).contains(
                "2026-01-02T03:04:05Z INFO card is ready bdf=0000:6b:00.0 services=asym;sym vfs=16 on-vfio-pci=16 steps=33",
                "2026-01-02T03:04:05Z INFO card is ready bdf=0000:e8:00.0 services=asym;sym vfs=16 on-vfio-pci=16 steps=35",
                "2026-01-02T03:04:05Z INFO finished ready=2 left-alone=0 failed=0");
    }

    @Test
    void setsSeveralCardsUpAtTheSameTime() {
        env.remove("NODE_SETUP_CARDS_AT_ONCE");

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
        assertReady(SECOND, CY, 16, 16);
        assertThat(log()).contains("2026-01-02T03:04:05Z INFO finished ready=2 left-alone=0 failed=0");
    }

    @Test
    void writesInTheOrderThatTheKernelWants() {
        run("--services=dc", "--vfs=1");

        assertThat(sysfs.writes()).startsWith(
                "down > " + DEVICES + FIRST + "/qat/state",
                "dc > " + DEVICES + FIRST + "/qat/cfg_services",
                "1 > " + DEVICES + FIRST + "/sriov_numvfs",
                "vfio-pci > " + DEVICES + "0000:6b:00.1/driver_override",
                "0000:6b:00.1 > bus/pci/drivers/vfio-pci/bind",
                "1 > " + DEVICES + SECOND + "/sriov_numvfs");
    }

    @Test
    void neverTakesACardDownForServicesInAnotherOrder() {
        env.put("NODE_SETUP_SERVICES", "asym;sym");
        simulate("{kernel: {cfgServicesReadBack: verbatim}, cards: [{bdf: 0000:6b:00.0, device: 4940, services: sym;asym, vfs: bound}]}");

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertThat(sysfs.writes()).isEmpty();
    }

    @Test
    void bindsVfsThatSomebodyElseMade() {
        simulate("cards: [{bdf: 0000:6b:00.0, device: 4940, services: sym;asym, vfs: enabled}]");

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
        assertThat(sysfs.writes()).noneMatch(write -> write.contains("qat/state") || write.contains("sriov_numvfs"));
    }

    @Test
    void rebindsVfsLeftOnTheKernelsDriver() {
        simulate("{kernel: {vfDrivers: out-of-tree}, cards: [{bdf: 0000:6b:00.0, device: 4940, services: sym;asym}]}");

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
        assertThat(sysfs.writes()).contains("0000:6b:00.1 > bus/pci/drivers/4xxxvf/unbind");
    }

    @Test
    void bindsOnlyTheFirstVfsAndLeavesTheOthersToTheHost() {
        env.put("NODE_SETUP_VFS", "3");

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 3);
        assertThat(pf(FIRST).vfs().stream().map(vf -> vf.isBoundTo("vfio-pci"))).startsWith(true, true, true, false);
    }

    @Test
    void givesTheOtherCardItsChanceWhereOneFails() {
        simulator.busy(FIRST, true);

        assertThat(run()).isEqualTo(ExitCode.STEP_FAILED);
        assertReady(SECOND, CY, 16, 16);
        assertThat(log()).contains("2026-01-02T03:04:05Z ERROR cannot set card up bdf=0000:6b:00.0 reason=\"cannot write \\\"16\\\" to "
                + "/sys/devices/pci0000:6b/0000:6b:00.0/sriov_numvfs: Device or resource busy; the card is being reset, or the kernel itself uses it "
                + "for encryption or compression: stop what uses it, then retry\"");

        simulator.busy(FIRST, false);
        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
    }

    @Test
    void toleratesFailedCardsOnlyWhereOneIsReady() {
        env.put("NODE_SETUP_TOLERATE_FAILED_CARDS", "true");
        simulator.busy(FIRST, true);
        assertThat(run()).isEqualTo(ExitCode.DONE);

        twoCardsWithTheServicesOfBoot();
        simulator.busy(FIRST, true);
        simulator.busy(SECOND, true);
        assertThat(run()).isEqualTo(ExitCode.STEP_FAILED);
        simulator.busy(FIRST, false);
        simulator.busy(SECOND, false);
    }

    @Test
    void waitsForACardThatIsBusyForAMoment() {
        simulator.failWrite(DEVICES + FIRST + "/sriov_numvfs", 1, Errno.EBUSY);

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
    }

    @Test
    void finishesAHalfBoundCardInTheNextRun() {
        run("--vfs=1");
        simulator.failWrite("bus/pci/drivers/vfio-pci/bind", 3, Errno.EINVAL);

        assertThat(run()).isEqualTo(ExitCode.STEP_FAILED);
        assertReady(FIRST, CY, 16, 3);
        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
    }

    @Test
    void bringsACardUpAgainWhoseNewServicesAreRefused() {
        simulator.failWrite(DEVICES + FIRST + "/qat/cfg_services", 1, Errno.EINVAL);

        assertThat(run("--services=dc", "--vfs=0")).isEqualTo(ExitCode.STEP_FAILED);
        assertThat(pf(FIRST).state()).contains(DeviceState.UP);
        assertThat(pf(FIRST).services()).contains(CY);
    }

    @Test
    void saysThatAWriteHadNoEffect() {
        sysfs.ignoreWrites(path -> path.endsWith("cfg_services"));

        assertThat(run("--services=dc")).isEqualTo(ExitCode.STEP_FAILED);
        assertThat(log()).contains(withoutEffect("dc", DEVICES + FIRST + "/qat/cfg_services", "it reads \\\"sym;asym\\\""));
        sysfs.ignoreWrites(_ -> false);
    }

    @Test
    void saysThatAnOverrideHadNoEffectThoughTheBindTellsIt() {
        sysfs.ignoreWrites(path -> path.endsWith("driver_override"));

        assertThat(run()).isEqualTo(ExitCode.STEP_FAILED);
        assertThat(log()).contains(withoutEffect("vfio-pci", DEVICES + "0000:6b:00.1/driver_override", "it reads \\\"(null)\\\""));
        sysfs.ignoreWrites(_ -> false);
    }

    @Test
    void saysThatABindHadNoEffect() {
        sysfs.ignoreWrites(path -> path.endsWith("/bind"));

        assertThat(run()).isEqualTo(ExitCode.STEP_FAILED);
        assertThat(log()).contains(withoutEffect("0000:6b:00.1", "bus/pci/drivers/vfio-pci/bind", "0000:6b:00.1 is held by no driver"));
        sysfs.ignoreWrites(_ -> false);
    }

    private static String withoutEffect(String value, String path, String found) {
        return "2026-01-02T03:04:05Z ERROR cannot set card up bdf=0000:6b:00.0 reason=\"wrote \\\"" + value + "\\\" to /sys/" + path + ", but " + found
                + "; see the kernel's log (dmesg) for the reason, then retry, with a longer time limit (--timeout) if the node is slow\"";
    }

    @Test
    void isNotReadyWhereAVfWasTakenOffTheBus() {
        run();
        sysfs.takeOffTheBus("0000:6b:00.4");

        assertThat(run()).isEqualTo(ExitCode.STEP_FAILED);
        assertThat(log()).contains(
                "2026-01-02T03:04:05Z ERROR cannot read device bdf=0000:6b:00.4 reason=\"/sys/bus/pci/devices/0000:6b:00.4 is not there, but "
                        + "/sys/bus/pci/devices/0000:6b:00.0/virtfn3 names it\"",
                "2026-01-02T03:04:05Z ERROR cannot set card up bdf=0000:6b:00.0 reason=\"its sriov_numvfs says 16 VFs, but only 15 can be read (not virtfn3); "
                        + "where one was taken off the bus, stop the pods that use the others, write 1 to the card's file remove and then to "
                        + "/sys/bus/pci/rescan, or restart the node\"",
                "2026-01-02T03:04:05Z INFO finished ready=1 left-alone=0 failed=2 failed-cards=0000:6b:00.4,0000:6b:00.0");
        assertThat(log()).noneMatch(line -> line.contains("card is ready bdf=" + FIRST));
    }

    @Test
    void leavesAGen2CardAloneAndSetsUpTheOther() {
        simulate("cards: [{bdf: 0000:3d:00.0, device: 37c8}, {bdf: 0000:6b:00.0, device: 4940}]");

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
        assertThat(pf("0000:3d:00.0").vfs()).isEmpty();
    }

    @Test
    void failsInPreflightWhereThereIsNoIommu() {
        simulate("cards: [{bdf: 0000:6b:00.0, device: 4940, iommu: no}]");

        assertThat(run()).isEqualTo(ExitCode.PREFLIGHT_FAILED);
        assertThat(sysfs.writes()).isEmpty();
        assertThat(log()).contains("2026-01-02T03:04:05Z ERROR preflight failed problem=\"/sys/kernel/iommu_groups has no groups, so VFIO cannot hand a "
                + "device out; switch the IOMMU on in the firmware (VT-d) and on the kernel's command line (intel_iommu=on iommu=pt)\"");
    }

    @Test
    void reportsAllThatTheNodeLacksTogether() {
        sysfs.mountReadOnly();

        assertThat(run("--driver=igb_uio")).isEqualTo(ExitCode.PREFLIGHT_FAILED);
        assertThat(log()).contains(
                "2026-01-02T03:04:05Z ERROR preflight failed problem=\"there is no /sys/bus/pci/drivers/igb_uio; load the driver on the node: "
                        + "modprobe igb_uio, and for every boot a line in /etc/modules-load.d\"",
                "2026-01-02T03:04:05Z ERROR preflight failed problem=\"/sys/bus/pci/devices/0000:6b:00.0/sriov_numvfs is not writable; mount /sys "
                        + "read-write into a privileged container that runs as root\"");
    }

    @Test
    void saysInADryRunWhatItWouldWriteAndWhy() {
        assertThat(run("--dry-run", "--vfs=1")).isEqualTo(ExitCode.DONE);

        assertThat(out.toString(UTF_8).lines()).containsExactly(
                "would write 1 to /sys/bus/pci/devices/0000:6b:00.0/sriov_numvfs because it has no VFs and 1 are wanted",
                "would then bind the new VFs of 0000:6b:00.0 to vfio-pci",
                "would write down to /sys/bus/pci/devices/0000:e8:00.0/qat/state because its services are dc, not asym;sym, and it takes new ones only "
                        + "while down",
                "would write asym;sym to /sys/bus/pci/devices/0000:e8:00.0/qat/cfg_services because its services are dc, not asym;sym",
                "would write 1 to /sys/bus/pci/devices/0000:e8:00.0/sriov_numvfs because it has no VFs and 1 are wanted",
                "would then bind the new VFs of 0000:e8:00.0 to vfio-pci");
        assertThat(log()).contains("2026-01-02T03:04:05Z INFO dry run finished possible=2 left-alone=0 impossible=0");
        assertThat(sysfs.writes()).isEmpty();
    }

    @Test
    void givesEachCardItsOwnProfileAndLeavesTheOthersAlone() throws IOException {
        Path profiles = Files.writeString(
                directory.resolve("profiles.yaml"),
                """
                profiles:
                  - name: elsewhere
                    nodes: [core-*]
                    services: sym
                  - name: compression
                    nodes: [edge-*]
                    cards: [0000:6b:00.0]
                    services: dc
                    vfs: 2
                """);
        env.clear();
        env.putAll(Map.of("NODE_SETUP_PROFILES", profiles.toString(), "NODE_SETUP_NODE_NAME", "edge-7"));

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, DC, 16, 2);
        assertThat(pf(SECOND).vfs()).isEmpty();
        assertThat(log()).contains("2026-01-02T03:04:05Z INFO found card bdf=0000:e8:00.0 model=4xxx profile=none");
    }

    @Test
    void bindsTheVfsThatAVirtualMachineSeesAlone() {
        simulate("cards: [{bdf: 0000:6b:00.0, device: 4940, vfs: enabled}]");
        sysfs.hide(path -> path.equals(DEVICES + FIRST) || path.endsWith("/physfn"));

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
        assertThat(log()).contains(
                "2026-01-02T03:04:05Z INFO VF is ready bdf=0000:6b:00.1 driver=vfio-pci steps=2",
                "2026-01-02T03:04:05Z INFO finished ready=16 left-alone=0 failed=0");
    }

    @Test
    void refusesToTakeAVfFromItsUserAndNamesHim() throws IOException {
        run();
        usedBy(4711, "qemu-system-x86", "/dev/vfio/" + group("0000:6b:00.3"));

        assertThat(run("--services=dc")).isEqualTo(ExitCode.STEP_FAILED);
        assertReady(FIRST, CY, 16, 16);
        assertReady(SECOND, DC, 16, 16);
        assertThat(log()).contains(
                "2026-01-02T03:04:05Z ERROR card is in use bdf=0000:6b:00.0 reason=\"qemu-system-x86 (pid 4711) uses 0000:6b:00.3 through /dev/vfio/"
                        + group("0000:6b:00.3") + "; end what uses it, as by draining the node, then run again, or take it away all the same (--force)\"",
                "2026-01-02T03:04:05Z INFO finished ready=1 left-alone=0 failed=1 failed-cards=0000:6b:00.0");
    }

    @Test
    void refusesToUnbindAVfInUseAndSaysSoInADryRun() throws IOException {
        run();
        usedBy(7, "dpdk-app", "/vfio/devices/vfio2");

        assertThat(run("--driver=pcieport", "--dry-run")).isEqualTo(ExitCode.STEP_FAILED);
        assertThat(out.toString(UTF_8).lines()).startsWith("would refuse to change 0000:6b:00.0 because dpdk-app (pid 7) uses 0000:6b:00.3 through "
                + "/vfio/devices/vfio2; end what uses it, as by draining the node, then run again, or take it away all the same (--force)",
                "with --force would write pcieport to /sys/bus/pci/devices/0000:6b:00.1/driver_override because it is held by vfio-pci, not by pcieport, and "
                        + "pcieport does not know its device id");
    }

    @Test
    void takesAVfFromItsUserWhereForced() throws IOException {
        run();
        usedBy(4711, "haproxy", "/dev/vfio/" + group("0000:6b:00.3"));

        assertThat(run("--services=dc", "--force")).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, DC, 16, 16);
        assertThat(log()).anyMatch(line -> line.matches("2026-01-02T03:04:05Z WARN takes VF away bdf=0000:6b:00.3 device=/dev/vfio/\\d+ from=\"haproxy "
                + "\\(pid 4711\\)\""));
    }

    @Test
    void leavesUsersInPeaceWhereNothingIsTakenAway() throws IOException {
        run();
        usedBy(4711, "haproxy", "/dev/vfio/" + group("0000:6b:00.3"));
        simulator.sysfs().write("bus/pci/drivers/vfio-pci/unbind", "0000:6b:00.4\n");

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
    }

    @Test
    void printsADryRunAsJson() throws IOException {
        run("--vfs=1");
        usedBy(4711, "a \"b\"", "/dev/vfio/" + group("0000:6b:00.1"));

        run("--dry-run", "--output=json", "--vfs=1", "--services=dc");
        String json = out.toString(UTF_8);
        assertThat(json.lines()).hasSize(1);
        assertThat(json).startsWith("{\"cards\":[{\"bdf\":\"0000:6b:00.0\",\"plan\":\"in-use\",\"reason\":\"a \\\"b\\\" (pid 4711) uses 0000:6b:00.1 through")
                .contains("\"holders\":[{\"bdf\":\"0000:6b:00.1\",\"device\":\"/dev/vfio/" + group("0000:6b:00.1") + "\",\"pid\":4711,\"name\":\"a \\\"b\\\"\"}]",
                        "\"writes\":[{\"path\":\"/sys/bus/pci/devices/0000:6b:00.0/qat/state\",\"value\":\"down\",\"reason\":\"its services are")
                .endsWith("\"then-bind-to\":\"vfio-pci\"}],\"problems\":[]}\n");
    }

    @Test
    void leavesToTheHostWhatAProfileLeaves() throws IOException {
        Path profiles = Files.writeString(directory.resolve("profiles.yaml"), "profiles: [{cards: [numa1], leave: true}, {services: sym;asym}]");
        env.clear();
        env.putAll(Map.of("NODE_SETUP_PROFILES", profiles.toString(), "NODE_SETUP_PROC", directory.resolve("proc").toString()));

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertReady(FIRST, CY, 16, 16);
        assertThat(pf(SECOND).vfs()).isEmpty();
    }

    @Test
    void hasNothingToDoWithoutCards() {
        sysfs.hide(path -> path.startsWith(DEVICES));

        assertThat(run()).isEqualTo(ExitCode.DONE);
        assertThat(sysfs.writes()).isEmpty();
    }

    @Test
    void tellsEveryProblemOfTheConfigurationAndTouchesNothing() {
        env.put("NODE_SETUP_VFSS", "1");

        assertThat(run("--vfs=x")).isEqualTo(ExitCode.BAD_CONFIGURATION);
        assertThat(log()).contains(
                "2026-01-02T03:04:05Z ERROR bad configuration problem=\"unknown variable NODE_SETUP_VFSS; did you mean NODE_SETUP_VFS?\"",
                "2026-01-02T03:04:05Z ERROR bad configuration problem=\"--vfs: \\\"x\\\" is not a number of VFs; expected all, or a number from 0\"");
        env.remove("NODE_SETUP_VFSS");
    }

    @Test
    void suggestsTheFlagThatWasMeant() {
        assertThat(run("--servces=sym")).isEqualTo(ExitCode.BAD_CONFIGURATION);
        assertThat(log()).containsExactly("2026-01-02T03:04:05Z ERROR bad configuration problem=\"Unknown option: '--servces=sym'; did you mean "
                + "--services?\" help=\"node-setup --help\"");
    }

    @Test
    void explainsEveryFlagVariableAndExitCode() {
        assertThat(run("--help")).isEqualTo(ExitCode.DONE);

        assertThat(out.toString(UTF_8))
                .contains(Stream.of(Setting.values()).flatMap(setting -> Stream.of(setting.flag(), setting.variable())).toList())
                .contains(Stream.of(ExitCode.values()).map(code -> code.number() + "  " + code.meaning()).toList());
    }

    @Test
    void logsEveryWriteWhereAsked() {
        run("--verbose", "--vfs=1");

        assertThat(log()).contains("2026-01-02T03:04:05Z DEBUG wrote bdf=0000:6b:00.1 value=0000:6b:00.1 path=/sys/bus/pci/drivers/vfio-pci/bind "
                + "reason=\"no driver holds it\"");
    }

    private void simulate(String scenario) {
        simulate(Scenario.parse(scenario));
    }

    private void simulate(Scenario scenario) {
        simulator = new Simulator(scenario, CLOCK);
        sysfs = new RecordedSysfs(simulator.sysfs());
    }

    /// What `/proc` shows of a process that has the file open.
    private void usedBy(long pid, String name, String file) throws IOException {
        Path process = directory.resolve("proc").resolve(Long.toString(pid));
        Files.createDirectories(process.resolve("fd"));
        Files.writeString(process.resolve("comm"), name + "\n");
        Files.createSymbolicLink(process.resolve("fd/3"), Path.of(file));
    }

    private int group(String vf) {
        return pf(FIRST).vfs().stream().filter(found -> found.address().toString().equals(vf)).findFirst().orElseThrow().iommuGroup().orElseThrow().number();
    }

    private ExitCode run(String... args) {
        err.reset();
        return new NodeSetupMain(
                        env, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), _ -> sysfs, _ -> {}, CLOCK)
                .run(args);
    }

    private List<String> log() {
        return err.toString(UTF_8).lines().toList();
    }

    private PhysicalFunction pf(String address) {
        QatTopology topology = new QatTopologyReader(simulator.sysfs(), QatModels.known()).read();
        assertThat(topology.problems()).isEmpty();
        return topology.physicalFunctions().stream().filter(pf -> pf.address().toString().equals(address)).findFirst().orElseThrow();
    }

    private void assertReady(String address, ServiceSet services, int vfs, int bound) {
        PhysicalFunction pf = pf(address);
        assertThat(pf.state()).contains(DeviceState.UP);
        assertThat(pf.services()).contains(services);
        assertThat(pf.numVfs()).isEqualTo(vfs);
        assertThat(pf.vfs().stream().map(vf -> vf.driver()))
                .containsExactlyElementsOf(IntStream.range(0, vfs).mapToObj(n -> n < bound ? Optional.of("vfio-pci") : Optional.<String>empty()).toList());
    }
}
