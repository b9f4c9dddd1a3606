package io.kubeqat.nodesetup.plan;

import io.kubeqat.qat.VirtualFunction;
import java.util.List;
import java.util.stream.Collectors;

/// What a plan takes away: the kernel removes open VFs too, or waits for their users without end (Linux `adf_dev_down`, `vfio_unregister_group_dev`), so
/// whoever plans has to know before.
public final class TearDown {
    private TearDown() {}

    /// Those of a card's VFs that the steps remove or take from their driver.
    ///
    /// @param steps the plan for the card
    /// @param vfs the card's VFs
    /// @return in the order of `vfs`
    public static List<VirtualFunction> of(List<SetupStep> steps, List<VirtualFunction> vfs) {
        // A plan that gives VFs away has two steps for each, and none of them need be asked about every VF.
        List<SetupStep> taking =
                steps.stream().filter(step -> !(step instanceof SetupStep.OverrideDriver || step instanceof SetupStep.BindDriver)).toList();
        return taking.isEmpty() ? List.of() : vfs.stream().filter(vf -> taking.stream().anyMatch(step -> step.takesAway(vf.address()))).toList();
    }

    /// The plan, unless somebody uses what it takes away.
    ///
    /// @param steps the plan
    /// @param holders who uses the VFs that [#of] named
    /// @return [CardPlan.Steps], or [CardPlan.InUse] where there is a holder
    public static CardPlan unlessInUse(List<SetupStep> steps, List<Holder> holders) {
        return holders.isEmpty() ? new CardPlan.Steps(steps) : new CardPlan.InUse(holders, steps);
    }

    static String reason(List<Holder> holders) {
        boolean unknown = holders.stream().anyMatch(holder -> holder.process().isEmpty());
        return holders.stream().map(Holder::toString).collect(Collectors.joining(", "))
                + (unknown ? "; to see who it is, run as root and name the node's own /proc (--proc)" : "")
                + "; end what uses it, as by draining the node, then run again, or take it away all the same (--force)";
    }
}
