package io.kubeqat.nodesetup;

import static java.util.Objects.requireNonNull;

import io.kubeqat.nodesetup.apply.PlanExecutor;
import io.kubeqat.nodesetup.apply.SetupException;
import io.kubeqat.nodesetup.plan.CardPlan;
import io.kubeqat.nodesetup.plan.DesiredCard;
import io.kubeqat.nodesetup.plan.Holder;
import io.kubeqat.nodesetup.plan.Profile;
import io.kubeqat.nodesetup.plan.SetupPlanner;
import io.kubeqat.nodesetup.plan.SetupStep;
import io.kubeqat.nodesetup.plan.TearDown;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceProblem;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModel;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.QatTopology;
import io.kubeqat.qat.QatTopologyReader;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.qat.VfDetail;
import io.kubeqat.qat.VirtualFunction;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/// One run over the node: card after card, each on its own, so that the failure of one leaves the others their chance.
final class NodeSetup {
    /// One plan makes the VFs, the next binds them, the third must be empty.
    private static final int ROUNDS = 3;
    /// What a plan needs to know of the VFs; who uses them is asked only where a plan takes one away.
    private static final Set<VfDetail> PLANNED_BY = EnumSet.of(VfDetail.DRIVER_OVERRIDE);

    private final Settings settings;
    private final Sysfs sysfs;
    private final PlanExecutor executor;
    private final Progress progress;
    private final EventLog log;
    private final VfioHolders holders;
    private final PlanPrinter printer;
    private final QatTopologyReader reader;

    /// @param printer prints the plan of a dry run
    NodeSetup(
            Settings settings, Sysfs sysfs, VfioHolders holders, PlanExecutor executor, Progress progress, EventLog log, PlanPrinter printer) {
        this.settings = requireNonNull(settings, "settings is null");
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
        this.executor = requireNonNull(executor, "executor is null");
        this.progress = requireNonNull(progress, "progress is null");
        this.log = requireNonNull(log, "log is null");
        this.holders = requireNonNull(holders, "holders is null");
        this.printer = requireNonNull(printer, "printer is null");
        this.reader = new QatTopologyReader(sysfs, settings.models());
    }

    /// One card, or one VF without a card in a virtual machine, and what it should be like.
    private sealed interface Target {
        PciAddress address();

        DesiredCard desired();

        List<VirtualFunction> vfs();

        CardPlan plan(SetupPlanner planner);

        record Card(PhysicalFunction pf, DesiredCard desired) implements Target {
            @Override
            public PciAddress address() {
                return pf.address();
            }

            @Override
            public List<VirtualFunction> vfs() {
                return pf.vfs();
            }

            @Override
            public CardPlan plan(SetupPlanner planner) {
                return planner.plan(desired, pf);
            }
        }

        record Guest(VirtualFunction vf, DesiredCard desired) implements Target {
            @Override
            public PciAddress address() {
                return vf.address();
            }

            @Override
            public List<VirtualFunction> vfs() {
                return List.of(vf);
            }

            @Override
            public CardPlan plan(SetupPlanner planner) {
                return planner.plan(desired, vf);
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
        List<SetupStep> firstSteps = new ArrayList<>();
        Set<String> drivers = new TreeSet<>();
        for (Target target : targets) {
            if (plan(planner, target) instanceof CardPlan.Steps(List<SetupStep> steps) && !steps.isEmpty()) {
                firstSteps.add(steps.getFirst());
                drivers.add(target.desired().driver());
            }
        }
        List<String> missing = firstSteps.isEmpty()
                ? List.of()
                : preflight.problems(drivers, settings.dryRun() ? List.of() : firstSteps.stream().map(SetupStep::path).toList());
        missing.forEach(problem -> log.error("preflight failed", "problem", problem));
        if (!missing.isEmpty() && !settings.dryRun()) {
            return ExitCode.PREFLIGHT_FAILED;
        }
        SequencedMap<PciAddress, Outcome> outcomes = new LinkedHashMap<>();
        topology.orElseThrow().problems().forEach(problem -> outcomes.put(problem.address(), Outcome.FAILED));
        if (settings.dryRun()) {
            targets.forEach(target -> outcomes.put(target.address(), print(planner, target)));
            printer.finish(missing);
        } else {
            outcomes.putAll(applyAll(planner, targets));
        }
        ExitCode code = sum(outcomes);
        return missing.isEmpty() ? code : ExitCode.PREFLIGHT_FAILED;
    }

    private Optional<QatTopology> read() {
        try {
            return Optional.of(reader.read(PLANNED_BY));
        } catch (SysfsException e) {
            log.error("preflight failed", "problem", e.getMessage() + "; mount the node's /sys, or name another root (--sysfs)");
            return Optional.empty();
        }
    }

    private ExitCode sum(SequencedMap<PciAddress, Outcome> outcomes) {
        List<PciAddress> failures = outcomes.entrySet().stream().filter(entry -> entry.getValue() == Outcome.FAILED).map(Map.Entry::getKey).toList();
        long ready = outcomes.values().stream().filter(Outcome.READY::equals).count();
        long failed = failures.size();
        long leftAlone = outcomes.size() - ready - failed;
        List<Object> sum = new ArrayList<>(settings.dryRun()
                ? List.of("possible", ready, "left-alone", leftAlone, "impossible", failed)
                : List.of("ready", ready, "left-alone", leftAlone, "failed", failed));
        if (failed > 0) {
            sum.addAll(List.of("failed-cards", failures.stream().map(PciAddress::toString).collect(Collectors.joining(","))));
        }
        log.info(settings.dryRun() ? "dry run finished" : "finished", sum.toArray());
        if (failed > 0 && ready > 0 && settings.tolerateFailedCards()) {
            log.warn("failed cards tolerated", "failed", failed);
            return ExitCode.DONE;
        }
        return failed > 0 ? ExitCode.STEP_FAILED : ExitCode.DONE;
    }

    private List<Target> targets(QatTopology topology) {
        List<Target> targets = new ArrayList<>();
        for (PhysicalFunction pf : topology.physicalFunctions()) {
            desired(pf.address(), pf.model(), pf.numaNode()).ifPresent(desired -> targets.add(new Target.Card(pf, desired)));
        }
        for (VirtualFunction vf : topology.guestFunctions()) {
            desired(vf.address(), vf.model(), vf.numaNode()).ifPresent(desired -> targets.add(new Target.Guest(vf, desired)));
        }
        return targets;
    }

    private Optional<DesiredCard> desired(PciAddress address, QatModel model, OptionalInt numaNode) {
        Optional<Profile> profile =
                settings.profiles().stream().filter(candidate -> candidate.matches(settings.node(), address, model, numaNode)).findFirst();
        log.info("found card", "bdf", address, "model", model.name(), "profile", profile.map(Profile::name).orElse("none"));
        return profile.flatMap(Profile::desired);
    }

    /// Each card on a thread of its own. Not on virtual ones: a write that the kernel holds back keeps its carrier, and a few of those would stop all others.
    private SequencedMap<PciAddress, Outcome> applyAll(SetupPlanner planner, List<Target> targets) throws InterruptedException {
        SequencedMap<PciAddress, Outcome> outcomes = new LinkedHashMap<>();
        if (settings.cardsAtOnce() == 1 || targets.size() < 2) {
            for (int i = 0; i < targets.size(); i++) {
                outcomes.put(targets.get(i).address(), apply(planner, targets.get(i), i + 1, targets.size()));
            }
            return outcomes;
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(
                Math.min(settings.cardsAtOnce(), targets.size()), work -> Thread.ofPlatform().daemon().name("card").unstarted(work))) {
            List<Future<Outcome>> started = new ArrayList<>();
            for (int i = 0; i < targets.size(); i++) {
                Target target = targets.get(i);
                int number = i + 1;
                started.add(threads.submit(() -> apply(planner, target, number, targets.size())));
            }
            for (int i = 0; i < targets.size(); i++) {
                outcomes.put(targets.get(i).address(), started.get(i).get());
            }
        } catch (ExecutionException e) {
            // apply() catches what a card can do wrong: this is a defect, for the caller to report.
            throw new IllegalStateException("a card's thread ended with " + e.getCause(), e.getCause());
        }
        return outcomes;
    }

    private Outcome apply(SetupPlanner planner, Target first, int number, int count) throws InterruptedException {
        Target target = first;
        int written = 0;
        List<DeviceProblem> vfProblems = new ArrayList<>();
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                CardPlan plan = plan(planner, target);
                if (!(plan instanceof CardPlan.Steps(List<SetupStep> steps))) {
                    return notDone(target, plan);
                }
                if (steps.isEmpty()) {
                    ready(target, written);
                    return vfProblems.isEmpty() ? Outcome.READY : Outcome.FAILED;
                }
                warnOfUsers(steps, target);
                execute(steps, number, count);
                written += steps.size();
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

    private Outcome notDone(Target target, CardPlan plan) {
        return switch (plan) {
            case CardPlan.LeftAlone(String reason) -> {
                log.info("left card alone", "bdf", target.address(), "reason", reason);
                yield Outcome.LEFT_ALONE;
            }
            case CardPlan.Impossible(String reason) -> {
                log.error("cannot set card up", "bdf", target.address(), "reason", reason);
                yield Outcome.FAILED;
            }
            case CardPlan.InUse inUse -> {
                log.error("card is in use", "bdf", target.address(), "reason", inUse.reason());
                yield Outcome.FAILED;
            }
            case CardPlan.Steps _ -> throw new IllegalArgumentException("steps are there to be done");
        };
    }

    /// Who uses what the steps take away. Looks at the VFs anew, because a plan is made without what only this needs.
    private List<Holder> users(List<SetupStep> steps, Target target) {
        if (TearDown.of(steps, target.vfs()).isEmpty()) {
            return List.of();
        }
        List<VirtualFunction> vfs = target.vfs();
        try {
            vfs = target instanceof Target.Card(PhysicalFunction pf, _) ? reader.read(pf.address(), pf.model(), new ArrayList<>()).vfs() : List.of(guest(target.address()));
        } catch (SysfsException | UnexpectedValueException _) {
            // It changes under our eyes: what was read of it before has to do, and the steps will tell what is wrong.
        }
        return holders.of(TearDown.of(steps, vfs));
    }

    /// Only `--force` comes here with users.
    private void warnOfUsers(List<SetupStep> steps, Target target) {
        users(steps, target).forEach(holder -> log.warn(
                "takes VF away",
                "bdf", holder.vf(),
                "device", holder.device(),
                "from", holder.process().map(Holder.Process::toString).orElse("a process that /proc does not show")));
    }

    private void execute(List<SetupStep> steps, int number, int count) throws SetupException, InterruptedException {
        try {
            executor.execute(steps, new PlanExecutor.Listener() {
                private int begun;

                @Override
                public void starts(SetupStep step) {
                    progress.start(number, count, ++begun, steps.size(), step);
                }

                @Override
                public void wrote(SetupStep step) {
                    // What nobody reads is not put together: there are hundreds of steps.
                    if (log.tells(EventLog.Level.DEBUG)) {
                        log.debug("wrote", "bdf", step.address(), "value", step.value(), "path", sysfs.describe(step.path()), "reason", step.reason());
                    }
                }
            });
        } catch (SetupException e) {
            bringUpAgain(e.step());
            throw e;
        } finally {
            progress.idle(number);
        }
    }

    /// A card whose new services were refused would stay down; with its old ones it can at least work.
    private void bringUpAgain(SetupStep failed) throws InterruptedException {
        if (failed instanceof SetupStep.SetServices) {
            try {
                executor.execute(List.of(new SetupStep.SetState(failed.address(), DeviceState.UP, "its new services were refused")), PlanExecutor.Listener.NONE);
                log.warn("brought card up again with its old services", "bdf", failed.address());
            } catch (SetupException e) {
                log.error("card stays down", "bdf", failed.address(), "reason", e.getMessage());
            }
        }
    }

    private void ready(Target target, int written) {
        String driver = target.desired().driver();
        if (target instanceof Target.Card(PhysicalFunction pf, _)) {
            log.info(
                    "card is ready",
                    "bdf", pf.address(),
                    "services", pf.services().map(ServiceSet::text).orElse("fixed"),
                    "vfs", pf.vfs().size(),
                    "on-" + driver, pf.vfs().stream().filter(vf -> vf.isBoundTo(driver)).count(),
                    "steps", written);
        } else {
            log.info("VF is ready", "bdf", target.address(), "driver", driver, "steps", written);
        }
    }

    private Target readAgain(Target target, List<DeviceProblem> vfProblems) {
        if (target instanceof Target.Card(PhysicalFunction pf, DesiredCard desired)) {
            return new Target.Card(reader.glance(pf, desired.driver(), vfProblems), desired);
        }
        return new Target.Guest(guest(target.address()), target.desired());
    }

    private VirtualFunction guest(PciAddress vf) {
        return reader.read().guestFunctions().stream()
                .filter(now -> now.address().equals(vf))
                .findFirst()
                .orElseThrow(() -> new UnexpectedValueException(
                        sysfs.describe(QatPaths.DEVICES), vf.toString(), "the VF was there and cannot be read any more"));
    }

    private Outcome print(SetupPlanner planner, Target target) {
        CardPlan plan = plan(planner, target);
        printer.print(target.address(), target.desired().driver(), plan);
        return switch (plan) {
            case CardPlan.Steps _ -> Outcome.READY;
            case CardPlan.LeftAlone _ -> Outcome.LEFT_ALONE;
            case CardPlan.Impossible _, CardPlan.InUse _ -> Outcome.FAILED;
        };
    }

    private void unreadable(DeviceProblem problem) {
        log.error("cannot read device", "bdf", problem.address(), "reason", problem.message());
    }

    private CardPlan plan(SetupPlanner planner, Target target) {
        CardPlan plan = target.plan(planner);
        return plan instanceof CardPlan.Steps(List<SetupStep> steps) && !settings.force()
                ? TearDown.unlessInUse(steps, users(steps, target))
                : plan;
    }
}
