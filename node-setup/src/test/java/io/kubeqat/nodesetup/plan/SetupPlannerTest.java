package io.kubeqat.nodesetup.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.pci.PciId;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModel;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.Service;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.qat.VirtualFunction;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SetupPlannerTest {
    private static final QatModel GEN4 = QatModels.known().ofPf(PciId.parse("8086:4940")).orElseThrow();
    private static final QatModel GEN2 = QatModels.known().ofPf(PciId.parse("8086:37c8")).orElseThrow();
    private static final PciAddress PF = PciAddress.parse("0000:6b:00.0");
    private static final PciAddress VF = PciAddress.parse("0000:6b:00.1");
    private static final ServiceSet CY = ServiceSet.of(Service.SYM, Service.ASYM);
    private static final ServiceSet DC = ServiceSet.of(Service.DC);

    private final SetupPlanner planner = new SetupPlanner(false);

    @Test
    void plansNothingWhereAllIsAsItShouldBe() {
        assertThat(planner.plan(all(CY), gen4(DeviceState.UP, CY, vfs(Optional.of("vfio-pci"), 2)))).isEqualTo(steps());
    }

    @Test
    void changesServicesWhileDownAndLetsTheNewVfsBringTheCardUp() {
        assertThat(planner.plan(all(DC), gen4(DeviceState.UP, CY, vfs(Optional.of("vfio-pci"), 2)))).isEqualTo(steps(
                new SetupStep.SetState(
                        PF, DeviceState.DOWN, "its services are asym;sym, not dc, and it takes new ones only while down, at the price of its 2 VFs"),
                new SetupStep.SetServices(PF, DC, "its services are asym;sym, not dc"),
                new SetupStep.CreateVirtualFunctions(PF, 2, "it loses its VFs while down and 2 are wanted")));
    }

    @Test
    void doesNotTakeDownACardThatIsDown() {
        assertThat(planner.plan(all(DC), gen4(DeviceState.DOWN, CY, List.of()))).isEqualTo(steps(
                new SetupStep.SetServices(PF, DC, "its services are asym;sym, not dc"),
                new SetupStep.CreateVirtualFunctions(PF, 2, "it has no VFs and 2 are wanted")));
    }

    @Test
    void bringsTheCardUpItselfWhereNoVfsAreWanted() {
        assertThat(planner.plan(first(0, CY), gen4(DeviceState.DOWN, CY, List.of()))).isEqualTo(steps(new SetupStep.SetState(
                PF, DeviceState.UP, "it is down and no VFs are wanted, whose creation would bring it up")));
    }

    @Test
    void leavesServicesAsTheyAreWhereNoneAreAskedFor() {
        DesiredCard desired = new DesiredCard(Optional.empty(), new VfCount.All(), "vfio-pci");

        assertThat(planner.plan(desired, gen4(DeviceState.UP, DC, vfs(Optional.of("vfio-pci"), 2)))).isEqualTo(steps());
    }

    @Test
    void takesAVfFromAnotherDriver() {
        assertThat(planner.plan(first(1, CY), gen4(DeviceState.UP, CY, vfs(Optional.of("4xxxvf"), 2)))).isEqualTo(steps(
                new SetupStep.OverrideDriver(VF, "vfio-pci", "it is held by 4xxxvf, not by vfio-pci, and vfio-pci does not know its device id"),
                new SetupStep.UnbindDriver(VF, "4xxxvf", "it is held by 4xxxvf, not by vfio-pci"),
                new SetupStep.BindDriver(VF, "vfio-pci", "it is held by 4xxxvf, not by vfio-pci")));
    }

    @Test
    void goesByWayOfZeroFromOneCountToAnother() {
        assertThat(planner.plan(all(CY), gen4(DeviceState.UP, CY, vfs(Optional.of("vfio-pci"), 1)))).isEqualTo(steps(
                new SetupStep.RemoveVirtualFunctions(PF, "it has 1 VFs, not 2, and the kernel changes the count only by way of 0"),
                new SetupStep.CreateVirtualFunctions(PF, 2, "it has 1 VFs and 2 are wanted")));
    }

    @Test
    void keepsMoreVfsThanAreWanted() {
        assertThat(planner.plan(first(1, CY), gen4(DeviceState.UP, CY, vfs(Optional.of("vfio-pci"), 2)))).isEqualTo(steps());
    }

    @Test
    void refusesMoreVfsThanTheCardHas() {
        assertThat(planner.plan(first(3, CY), gen4(DeviceState.UP, CY, List.of())))
                .isEqualTo(new CardPlan.Impossible("it can have 2 VFs, not 3; ask for fewer, or for all"));
    }

    @Test
    void refusesMoreServicesThanTheCardHolds() {
        ServiceSet three = ServiceSet.of(Service.SYM, Service.ASYM, Service.DC);

        assertThat(planner.plan(all(three), gen4(DeviceState.UP, CY, List.of())))
                .isEqualTo(new CardPlan.Impossible("a 4xxx holds at most 2 services, not asym;sym;dc; ask for fewer"));
    }

    @Test
    void leavesAloneWhatVfioRefuses() {
        assertThat(planner.plan(all(CY), gen2())).isEqualTo(new CardPlan.LeftAlone("vfio-pci refuses the VFs of a c62x for known defects of its "
                + "hardware; who trusts every user of it loads vfio-pci with disable_denylist=1"));
    }

    @Test
    void setsUpAGen2CardWithoutServicesWhereTheDenylistIsOff() {
        assertThat(new SetupPlanner(true).plan(all(CY), gen2()))
                .isEqualTo(steps(new SetupStep.CreateVirtualFunctions(PF, 16, "it has no VFs and 16 are wanted")));
    }

    @Test
    void leavesAloneACardThatIsPassedOnAsAWhole() {
        assertThat(planner.plan(all(CY), pf(GEN4, Optional.of("vfio-pci"), Optional.empty(), Optional.empty(), 2, List.of())))
                .isEqualTo(new CardPlan.LeftAlone("its PF is held by vfio-pci, not by 4xxx, so it serves something else as a whole"));
    }

    @Test
    void saysWhatACardWithoutDriverNeeds() {
        assertThat(planner.plan(all(CY), pf(GEN2, Optional.empty(), Optional.empty(), Optional.empty(), 16, List.of())))
                .isEqualTo(new CardPlan.Impossible("no driver holds its PF; load the kernel module that brings the driver c6xx, and look in the kernel's "
                        + "log whether its firmware was found"));
    }

    @Test
    void bindsAVfThatAVirtualMachineSeesAlone() {
        VirtualFunction guest = new VirtualFunction(
                VF,
                GEN4,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of("vfio-pci"),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty());

        assertThat(planner.plan(all(CY), guest)).isEqualTo(steps(new SetupStep.BindDriver(VF, "vfio-pci", "no driver holds it")));
    }

    private static CardPlan steps(SetupStep... steps) {
        return new CardPlan.Steps(List.of(steps));
    }

    private static DesiredCard all(ServiceSet services) {
        return new DesiredCard(Optional.of(services), new VfCount.All(), "vfio-pci");
    }

    private static DesiredCard first(int count, ServiceSet services) {
        return new DesiredCard(Optional.of(services), new VfCount.First(count), "vfio-pci");
    }

    @Test
    void saysHowToFindOutWhoUsesAVfWhereProcDoesNotShowIt() {
        VirtualFunction vf = vfs(Optional.of("vfio-pci"), 1).getFirst();

        CardPlan.InUse inUse = new CardPlan.InUse(List.of(new Holder(vf.address(), "/dev/vfio/0", Optional.empty())), List.of());

        assertThat(inUse.reason()).isEqualTo("a process that /proc does not show uses 0000:6b:00.1 through /dev/vfio/0; to see who it is, run as root and name the node's "
                + "own /proc (--proc); end what uses it, as by draining the node, then run again, or take it away all the same (--force)");
    }

    private static PhysicalFunction gen4(DeviceState state, ServiceSet services, List<VirtualFunction> vfs) {
        return pf(GEN4, Optional.of("4xxx"), Optional.of(state), Optional.of(services), 2, vfs);
    }

    private static PhysicalFunction gen2() {
        return pf(GEN2, Optional.of("c6xx"), Optional.empty(), Optional.empty(), 16, List.of());
    }

    private static PhysicalFunction pf(
            QatModel model,
            Optional<String> driver,
            Optional<DeviceState> state,
            Optional<ServiceSet> services,
            int totalVfs,
            List<VirtualFunction> vfs) {
        return new PhysicalFunction(PF, model, driver, state, services, totalVfs, vfs.size(), OptionalInt.empty(), vfs);
    }

    private static List<VirtualFunction> vfs(Optional<String> driver, int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> new VirtualFunction(
                        new PciAddress(0, 0x6b, 0, n + 1),
                        GEN4,
                        Optional.of(PF),
                        OptionalInt.of(n),
                        driver,
                        Optional.empty(),
                        Optional.of(new IommuGroup(n, false)),
                        Optional.empty(),
                        OptionalInt.empty()))
                .toList();
    }
}
