package io.kubeqat.nodesetup.plan;

import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModel;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.qat.VirtualFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Compares what a card should be like with what it is like. Pure: same input, same plan; a card that is as it should be gets an empty one.
///
/// VFs that a plan creates are not known yet, so they are bound by the plan that is made after it, from what was read then.
public final class SetupPlanner {
    /// The driver by which VFs go to programs, and the default.
    public static final String VFIO = "vfio-pci";

    private static final int MOST_NAMED = 16;

    private final boolean denylistDisabled;

    /// A planner for one node.
    ///
    /// @param denylistDisabled whether `vfio-pci` runs with `disable_denylist=1`
    public SetupPlanner(boolean denylistDisabled) {
        this.denylistDisabled = denylistDisabled;
    }

    /// The plan for a card.
    ///
    /// @param desired what it should be like
    /// @param pf what it is like
    /// @return the steps, or why there are none to be had; never [CardPlan.InUse], which is for [TearDown] to find
    public CardPlan plan(DesiredCard desired, PhysicalFunction pf) {
        if (!pf.driver().equals(Optional.of(pf.model().pfDriver()))) {
            return withoutItsDriver(pf);
        }
        if (refusedByVfio(desired, pf.model())) {
            return denylisted(pf.model());
        }
        int wanted = desired.vfs().of(pf.totalVfs());
        if (wanted > pf.totalVfs()) {
            return new CardPlan.Impossible("it can have " + pf.totalVfs() + " VFs, not " + wanted + "; ask for fewer, or for all");
        }
        Optional<ServiceSet> change = Optional.empty();
        // Cards without a choice of services do what they do; asking for services means the other cards.
        if (desired.services().isPresent() && pf.model().qatDirectory()) {
            ServiceSet services = desired.services().orElseThrow();
            if (services.size() > pf.model().maxServices()) {
                return new CardPlan.Impossible("a " + pf.model().name() + " holds at most " + pf.model().maxServices() + " services, not " + services
                        + "; ask for fewer");
            }
            if (pf.services().isEmpty()) {
                return new CardPlan.Impossible("the kernel has no qat/cfg_services for it; Linux 6.0 or newer has, or ask for no services");
            }
            change = desired.services().filter(wish -> !pf.services().equals(Optional.of(wish)));
        }
        List<SetupStep> steps = new ArrayList<>();
        if (change.isPresent()) {
            changeServices(steps, pf, change.orElseThrow());
        }
        int left = steps.isEmpty() ? pf.numVfs() : 0;
        if (left < wanted) {
            createVfs(steps, pf, left, wanted);
        } else if (change.isPresent() || pf.state().equals(Optional.of(DeviceState.DOWN))) {
            steps.add(new SetupStep.SetState(pf.address(), DeviceState.UP, "it is down and no VFs are wanted, whose creation would bring it up"));
        }
        if (steps.isEmpty()) {
            pf.vfs().stream().limit(wanted).forEach(vf -> bind(steps, desired.driver(), vf));
        }
        if (steps.isEmpty() && pf.vfs().size() < pf.numVfs()) {
            return incomplete(pf);
        }
        return new CardPlan.Steps(steps);
    }

    /// The plan for a VF without a PF, in a virtual machine: only its driver can be wrong.
    ///
    /// @param desired what it should be like
    /// @param vf what it is like
    /// @return the steps, or why it is left alone
    public CardPlan plan(DesiredCard desired, VirtualFunction vf) {
        if (refusedByVfio(desired, vf.model())) {
            return denylisted(vf.model());
        }
        List<SetupStep> steps = new ArrayList<>();
        bind(steps, desired.driver(), vf);
        return new CardPlan.Steps(steps);
    }

    private static CardPlan withoutItsDriver(PhysicalFunction pf) {
        String driver = pf.model().pfDriver();
        return pf.driver()
                .<CardPlan>map(other -> new CardPlan.LeftAlone("its PF is held by " + other + ", not by " + driver + ", so it serves something else as a whole"))
                .orElseGet(() -> new CardPlan.Impossible("no driver holds its PF; load the kernel module that brings the driver " + driver
                        + ", and look in the kernel's log whether its firmware was found"));
    }

    /// Making the VFs anew would not do: Linux leaves the `virtfnN` of a VF that was taken off the bus by itself, and then makes none of that name
    /// (`drivers/pci/iov.c`, `pci_iov_remove_virtfn`, `pci_iov_sysfs_link`).
    private static CardPlan incomplete(PhysicalFunction pf) {
        Set<Integer> there = pf.vfs().stream().map(vf -> vf.index().orElseThrow()).collect(Collectors.toSet());
        String missing = IntStream.range(0, pf.numVfs())
                .filter(index -> !there.contains(index))
                .limit(MOST_NAMED)
                .mapToObj(index -> "virtfn" + index)
                .collect(Collectors.joining(", "));
        return new CardPlan.Impossible("its sriov_numvfs says " + pf.numVfs() + " VFs, but only " + pf.vfs().size() + " can be read (not " + missing
                + "); where one was taken off the bus, stop the pods that use the others, write 1 to the card's file remove and then to /sys/bus/pci/rescan, "
                + "or restart the node");
    }

    private boolean refusedByVfio(DesiredCard desired, QatModel model) {
        return model.vfioDenylisted() && !denylistDisabled && desired.driver().equals(VFIO);
    }

    private static CardPlan denylisted(QatModel model) {
        return new CardPlan.LeftAlone(VFIO + " refuses the VFs of a " + model.name() + " for known defects of its hardware; who trusts every user of it "
                + "loads " + VFIO + " with disable_denylist=1");
    }

    private static void changeServices(List<SetupStep> steps, PhysicalFunction pf, ServiceSet services) {
        String difference = "its services are " + pf.services().orElseThrow() + ", not " + services;
        if (pf.state().equals(Optional.of(DeviceState.UP))) {
            String price = pf.numVfs() > 0 ? ", at the price of its " + pf.numVfs() + " VFs" : "";
            steps.add(new SetupStep.SetState(pf.address(), DeviceState.DOWN, difference + ", and it takes new ones only while down" + price));
        }
        steps.add(new SetupStep.SetServices(pf.address(), services, difference));
    }

    private static void createVfs(List<SetupStep> steps, PhysicalFunction pf, int left, int wanted) {
        if (left > 0) {
            steps.add(new SetupStep.RemoveVirtualFunctions(
                    pf.address(), "it has " + left + " VFs, not " + wanted + ", and the kernel changes the count only by way of 0"));
        }
        steps.add(new SetupStep.CreateVirtualFunctions(
                pf.address(), wanted, "it " + (left == 0 ? (pf.numVfs() > 0 ? "loses its VFs while down" : "has no VFs") : "has " + left + " VFs")
                        + " and " + wanted + " are wanted"));
    }

    private static void bind(List<SetupStep> steps, String driver, VirtualFunction vf) {
        if (vf.isBoundTo(driver)) {
            return;
        }
        String why = vf.driver().map(other -> "it is held by " + other + ", not by " + driver).orElse("no driver holds it");
        if (!vf.driverOverride().equals(Optional.of(driver))) {
            steps.add(new SetupStep.OverrideDriver(vf.address(), driver, why + ", and " + driver + " does not know its device id"));
        }
        vf.driver().ifPresent(other -> steps.add(new SetupStep.UnbindDriver(vf.address(), other, why)));
        steps.add(new SetupStep.BindDriver(vf.address(), driver, why));
    }
}
