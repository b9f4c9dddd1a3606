package io.kubeqat.nodesetup;

import static java.util.Objects.requireNonNull;

import io.kubeqat.nodesetup.apply.PlanExecutor;
import io.kubeqat.nodesetup.apply.SetupException;
import io.kubeqat.nodesetup.plan.CardPlan;
import io.kubeqat.nodesetup.plan.DesiredCard;
import io.kubeqat.nodesetup.plan.Profile;
import io.kubeqat.nodesetup.plan.SetupPlanner;
import io.kubeqat.nodesetup.plan.SetupStep;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceProblem;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModel;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.qat.QatTopologyReader;
import io.kubeqat.qat.VirtualFunction;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One run over the node: card after card, each on its own, so that the failure of one leaves the others their chance.
final class NodeSetup {
    /// One plan makes the VFs, the next binds them, the third must be empty.
    private static final int ROUNDS = 3;

    private final Settings settings;
    private final Sysfs sysfs;
    private final PlanExecutor executor;
    private final Progress progress;
    private final EventLog log;
    private final PrintStream out;
    private final QatTopologyReader reader;

    /// @param out where a dry run prints its plan
    NodeSetup(Settings settings, Sysfs sysfs, PlanExecutor executor, Progress progress, EventLog log, PrintStream out) {
        this.settings = requireNonNull(settings, "settings is null");
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
        this.executor = requireNonNull(executor, "executor is null");
        this.progress = requireNonNull(progress, "progress is null");
        this.log = requireNonNull(log, "log is null");
        this.out = requireNonNull(out, "out is null");
        this.reader = new QatTopologyReader(sysfs, settings.models());
    }

    /// One card, or one VF without a card in a virtual machine, and what it should be like.
    private sealed interface Target {
        PciAddress address();

        DesiredCard desired();

        record Card(PhysicalFunction pf, DesiredCard desired) implements Target {
            @Override
            public PciAddress address() {
                return pf.address();
            }
        }

        record Guest(VirtualFunction vf, DesiredCard desired) implements Target {
            @Override
            public PciAddress address() {
                return vf.address();
            }
        }
    }

    private enum Outcome {
        READY,
        LEFT_ALONE,
        FAILED
    }

    ExitCode run() throws InterruptedException {
        Optional<QatTopology> topology = read();
        if (topology.isEmpty()) {
            return ExitCode.PREFLIGHT_FAILED;
        }
        topology.orElseThrow().problems().forEach(this::unreadable);
        List<Target> targets = targets(topology.orElseThrow());
        Preflight preflight = new Preflight(sysfs);
        SetupPlanner planner = new SetupPlanner(preflight.denylistDisabled());
        List<Target> work = targets.stream().filter(target -> plan(planner, target) instanceof CardPlan.Steps(List<SetupStep> steps) && !steps.isEmpty()).toList();
        List<String> missing = work.isEmpty() ? List.of() : preflight.problems(drivers(work), settings.dryRun() ? List.of() : files(work));
        missing.forEach(problem -> log.error("preflight failed", "problem", problem));
        if (!missing.isEmpty() && !settings.dryRun()) {
            return ExitCode.PREFLIGHT_FAILED;
        }
        List<Outcome> outcomes = new ArrayList<>(topology.orElseThrow().problems().stream().map(_ -> Outcome.FAILED).toList());
        for (int i = 0; i < targets.size(); i++) {
            outcomes.add(settings.dryRun() ? print(planner, targets.get(i)) : apply(planner, targets.get(i), i + 1, targets.size()));
        }
        ExitCode code = sum(outcomes);
        return missing.isEmpty() ? code : ExitCode.PREFLIGHT_FAILED;
    }

    private Optional<QatTopology> read() {
        try {
            return Optional.of(reader.read());
        } catch (SysfsException e) {
            log.error("preflight failed", "problem", e.getMessage() + "; mount the node's /sys, or name another root (--sysfs)");
            return Optional.empty();
        }
    }

    private ExitCode sum(List<Outcome> outcomes) {
        long ready = outcomes.stream().filter(Outcome.READY::equals).count();
        long failed = outcomes.stream().filter(Outcome.FAILED::equals).count();
        long leftAlone = outcomes.size() - ready - failed;
        if (settings.dryRun()) {
            log.info("dry run finished", "possible", ready, "left-alone", leftAlone, "impossible", failed);
        } else {
            log.info("finished", "ready", ready, "left-alone", leftAlone, "failed", failed);
        }
        if (failed > 0 && ready > 0 && settings.tolerateFailedCards()) {
            log.warn("failed cards tolerated", "failed", failed);
            return ExitCode.DONE;
        }
        return failed > 0 ? ExitCode.STEP_FAILED : ExitCode.DONE;
    }

    private List<Target> targets(QatTopology topology) {
        List<Target> targets = new ArrayList<>();
        for (PhysicalFunction pf : topology.physicalFunctions()) {
            desired(pf.address(), pf.model()).ifPresent(desired -> targets.add(new Target.Card(pf, desired)));
        }
        for (VirtualFunction vf : topology.guestFunctions()) {
            desired(vf.address(), vf.model()).ifPresent(desired -> targets.add(new Target.Guest(vf, desired)));
        }
        return targets;
    }

    private Optional<DesiredCard> desired(PciAddress address, QatModel model) {
        Optional<Profile> profile =
                settings.profiles().stream().filter(candidate -> candidate.matches(settings.node(), address, model)).findFirst();
        log.info("found card", "bdf", address, "model", model.name(), "profile", profile.map(Profile::name).orElse("none"));
        return profile.map(Profile::desired);
    }

    private Outcome apply(SetupPlanner planner, Target first, int number, int count) throws InterruptedException {
        Target target = first;
        int written = 0;
        List<DeviceProblem> vfProblems = new ArrayList<>();
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                switch (plan(planner, target)) {
                    case CardPlan.Steps(List<SetupStep> steps) when steps.isEmpty() -> {
                        ready(target, written);
                        return vfProblems.isEmpty() ? Outcome.READY : Outcome.FAILED;
                    }
                    case CardPlan.Steps(List<SetupStep> steps) -> {
                        execute(steps, number, count);
                        written += steps.size();
                    }
                    case CardPlan.LeftAlone(String reason) -> {
                        log.info("left card alone", "bdf", target.address(), "reason", reason);
                        return Outcome.LEFT_ALONE;
                    }
                    case CardPlan.Impossible(String reason) -> {
                        log.error("cannot set card up", "bdf", target.address(), "reason", reason);
                        return Outcome.FAILED;
                    }
                }
                vfProblems.clear();
                target = readAgain(target, vfProblems);
                vfProblems.forEach(this::unreadable);
            }
            log.error("card does not stay as it was set", "bdf", target.address(), "steps", written, "reason",
                    "something else on the node changes it meanwhile; look for other tools that bind drivers");
        } catch (SetupException | SysfsException | UnexpectedValueException e) {
            log.error("cannot set card up", "bdf", first.address(), "reason", e.getMessage());
        }
        return Outcome.FAILED;
    }

    private void execute(List<SetupStep> steps, int number, int count) throws SetupException, InterruptedException {
        try {
            for (int i = 0; i < steps.size(); i++) {
                SetupStep step = steps.get(i);
                progress.start(number, count, i + 1, steps.size(), step);
                try {
                    executor.execute(step);
                } catch (SetupException e) {
                    bringUpAgain(step);
                    throw e;
                }
                log.debug("wrote", "bdf", step.address(), "value", step.value(), "path", sysfs.describe(step.path()), "reason", step.reason());
            }
        } finally {
            progress.idle();
        }
    }

    /// A card whose new services were refused would stay down; with its old ones it can at least work.
    private void bringUpAgain(SetupStep failed) throws InterruptedException {
        if (failed instanceof SetupStep.SetServices) {
            try {
                executor.execute(new SetupStep.SetState(failed.address(), DeviceState.UP, "its new services were refused"));
                log.warn("brought card up again with its old services", "bdf", failed.address());
            } catch (SetupException e) {
                log.error("card stays down", "bdf", failed.address(), "reason", e.getMessage());
            }
        }
    }

    private void ready(Target target, int written) {
        switch (target) {
            case Target.Card(PhysicalFunction pf, DesiredCard desired) -> log.info(
                    "card is ready",
                    "bdf", pf.address(),
                    "services", pf.services().map(Object::toString).orElse("fixed"),
                    "vfs", pf.vfs().size(),
                    "on-" + desired.driver(), pf.vfs().stream().filter(vf -> vf.isBoundTo(desired.driver())).count(),
                    "steps", written);
            case Target.Guest(VirtualFunction vf, DesiredCard desired) ->
                log.info("VF is ready", "bdf", vf.address(), "driver", desired.driver(), "steps", written);
        }
    }

    private Target readAgain(Target target, List<DeviceProblem> vfProblems) {
        return switch (target) {
            case Target.Card(PhysicalFunction pf, DesiredCard desired) ->
                new Target.Card(reader.read(pf.address(), pf.model(), vfProblems), desired);
            case Target.Guest(VirtualFunction vf, DesiredCard desired) -> new Target.Guest(
                    reader.read().guestFunctions().stream()
                            .filter(now -> now.address().equals(vf.address()))
                            .findFirst()
                            .orElseThrow(() -> new UnexpectedValueException(
                                    sysfs.describe(QatPaths.DEVICES), vf.address().toString(), "the VF was there and cannot be read any more")),
                    desired);
        };
    }

    private Outcome print(SetupPlanner planner, Target target) {
        return switch (plan(planner, target)) {
            case CardPlan.Steps(List<SetupStep> steps) -> {
                if (steps.isEmpty()) {
                    out.println(target.address() + " is as it should be");
                }
                for (SetupStep step : steps) {
                    out.println("would write " + step.value() + " to " + sysfs.describe(step.path()) + " because " + step.reason());
                }
                if (steps.stream().anyMatch(SetupStep.CreateVirtualFunctions.class::isInstance)) {
                    out.println("would then bind the new VFs of " + target.address() + " to " + target.desired().driver());
                }
                yield Outcome.READY;
            }
            case CardPlan.LeftAlone(String reason) -> {
                out.println("would leave " + target.address() + " alone because " + reason);
                yield Outcome.LEFT_ALONE;
            }
            case CardPlan.Impossible(String reason) -> {
                out.println("could not set " + target.address() + " up because " + reason);
                yield Outcome.FAILED;
            }
        };
    }

    private void unreadable(DeviceProblem problem) {
        log.error("cannot read device", "bdf", problem.address(), "reason", problem.message());
    }

    private static CardPlan plan(SetupPlanner planner, Target target) {
        return switch (target) {
            case Target.Card(PhysicalFunction pf, DesiredCard desired) -> planner.plan(desired, pf);
            case Target.Guest(VirtualFunction vf, DesiredCard desired) -> planner.plan(desired, vf);
        };
    }

    private static Set<String> drivers(List<Target> targets) {
        return targets.stream().map(target -> target.desired().driver()).collect(Collectors.toSet());
    }

    private static List<String> files(List<Target> targets) {
        return targets.stream()
                .flatMap(target -> switch (target) {
                    case Target.Card(PhysicalFunction pf, _) -> Stream.of(QatPaths.numVfs(pf.address()), QatPaths.state(pf.address()));
                    case Target.Guest(VirtualFunction vf, _) -> Stream.of(QatPaths.driverOverride(vf.address()));
                })
                .toList();
    }
}
