package io.kubeqat.nodesetup.apply;

import static java.util.Objects.requireNonNull;

import io.kubeqat.nodesetup.plan.SetupStep;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// Does a plan: writes step after step, and reads back until the kernel shows the effect. What counts is what can be read, never what was written.
///
/// An override and a bind are read back together: a bind is there when the driver's directory has the VF, which one look tells of all VFs of a plan, and it could
/// not be there without the override, since the driver knows the VFs by nothing else (Linux `pci_match_device`).
public final class PlanExecutor {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    /// Longer than between looks, because each refusal leaves a line in the kernel's log.
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    private final Sysfs sysfs;
    private final Pause pause;
    private final long looks;
    private final long tries;

    /// Does nothing yet.
    ///
    /// @param sysfs the node's tree
    /// @param limit how long to wait for the effect of one step, and to repeat a step while the kernel answers `EBUSY`
    /// @param pause waits between two looks
    public PlanExecutor(Sysfs sysfs, Duration limit, Pause pause) {
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
        this.pause = requireNonNull(pause, "pause is null");
        this.looks = Math.max(1, limit.dividedBy(BETWEEN_LOOKS));
        this.tries = Math.max(1, limit.dividedBy(BETWEEN_TRIES));
    }

    /// Hears of a plan's progress.
    public interface Listener {
        /// A step is about to be written.
        ///
        /// @param step the step
        void starts(SetupStep step);

        /// The kernel took it.
        ///
        /// @param step the step
        void wrote(SetupStep step);

        /// Hears nothing.
        Listener NONE = new Listener() {
            @Override
            public void starts(SetupStep step) {}

            @Override
            public void wrote(SetupStep step) {}
        };
    }

    /// Does the steps in their order, up to the first that fails.
    ///
    /// @param steps a plan for one card
    /// @param listener hears of each step
    /// @throws InterruptedException if this thread is told to end while it waits
    /// @throws SetupException if the kernel refused a step, or accepted it without effect; the message ends with what the operator can do
    public void execute(List<SetupStep> steps, Listener listener) throws SetupException, InterruptedException {
        List<SetupStep> unseen = new ArrayList<>();
        for (SetupStep step : steps) {
            listener.starts(step);
            try {
                write(step);
            } catch (SetupException e) {
                // A bind is refused, too, where the override before it had no effect.
                for (SetupStep earlier : unseen) {
                    if (earlier.address().equals(step.address()) && !isDone(earlier)) {
                        throw withoutEffect(earlier);
                    }
                }
                throw e;
            }
            if (step instanceof SetupStep.OverrideDriver || step instanceof SetupStep.BindDriver) {
                unseen.add(step);
            } else {
                awaitEffect(step);
            }
            listener.wrote(step);
        }
        awaitBinds(unseen);
    }

    private void awaitBinds(List<SetupStep> steps) throws SetupException, InterruptedException {
        if (!becomes(() -> steps.stream().noneMatch(missing(steps)))) {
            for (SetupStep step : steps) {
                if (!isDone(step)) {
                    throw withoutEffect(step);
                }
            }
        }
    }

    /// The binds whose VF is not in its driver's directory (Linux `driver_sysfs_add`).
    private Predicate<SetupStep> missing(List<SetupStep> steps) {
        Map<String, Set<String>> held = new HashMap<>();
        for (SetupStep step : steps) {
            if (step instanceof SetupStep.BindDriver bind) {
                held.computeIfAbsent(bind.driver(), this::held);
            }
        }
        return step -> step instanceof SetupStep.BindDriver bind && !held.get(bind.driver()).contains(bind.value());
    }

    private Set<String> held(String driver) {
        try {
            return Set.copyOf(sysfs.list(QatPaths.driver(driver)));
        } catch (SysfsException _) {
            // Each bind is looked at by itself then, and says why.
            return Set.of();
        }
    }

    private void awaitEffect(SetupStep step) throws SetupException, InterruptedException {
        if (!becomes(() -> isDone(step))) {
            throw withoutEffect(step);
        }
    }

    private SetupException withoutEffect(SetupStep step) {
        return new SetupException(
                step, "wrote \"" + step.value() + "\" to " + sysfs.describe(step.path()) + ", but " + found(step), NextStep.afterNoEffect());
    }

    private void write(SetupStep step) throws SetupException, InterruptedException {
        for (long attempt = 1; ; attempt++) {
            try {
                sysfs.write(step.path(), step.value());
                return;
            } catch (SysfsException e) {
                // Somebody else may have been faster: a driver that knows the device id takes a new VF by itself.
                if (isDone(step)) {
                    return;
                }
                // EBUSY passes by itself where it means a reset.
                if (e.errno() != Errno.EBUSY || attempt >= tries) {
                    throw new SetupException(step, e.getMessage(), NextStep.after(step, e.errno()), e);
                }
            }
            pause.await(BETWEEN_TRIES);
        }
    }

    private boolean becomes(BooleanSupplier done) throws InterruptedException {
        for (long look = 1; look < looks; look++) {
            if (done.getAsBoolean()) {
                return true;
            }
            pause.await(BETWEEN_LOOKS);
        }
        return done.getAsBoolean();
    }

    private boolean isDone(SetupStep step) {
        try {
            // No switch over the types: the JDK makes a class for each such switch when it is first run, and a run is short.
            if (step instanceof SetupStep.SetServices(PciAddress pf, ServiceSet services, _)) {
                return ServiceSet.parse(text(QatPaths.services(pf))).equals(services);
            }
            if (step instanceof SetupStep.RemoveVirtualFunctions(PciAddress pf, _)) {
                return vfs(pf) == 0;
            }
            if (step instanceof SetupStep.CreateVirtualFunctions(PciAddress pf, int count, _)) {
                int made = vfs(pf);
                return made >= count && vfsAreThere(pf, made);
            }
            if (step instanceof SetupStep.UnbindDriver(PciAddress vf, String driver, _)) {
                return !isBound(vf, driver);
            }
            if (step instanceof SetupStep.BindDriver(PciAddress vf, String driver, _)) {
                return isBound(vf, driver);
            }
            return text(step.path()).equals(step.value());
        } catch (SysfsException | IllegalArgumentException _) {
            // Not readable or not understood is not done; the message of a step that stays so tells it (found).
            return false;
        }
    }

    private String found(SetupStep step) {
        try {
            return switch (step) {
                case SetupStep.SetState(PciAddress pf, _, _) -> reads(QatPaths.state(pf));
                case SetupStep.SetServices(PciAddress pf, _, _) -> reads(QatPaths.services(pf));
                case SetupStep.RemoveVirtualFunctions(PciAddress pf, _) -> reads(QatPaths.numVfs(pf));
                case SetupStep.CreateVirtualFunctions(PciAddress pf, _, _) ->
                    reads(QatPaths.numVfs(pf)) + " and " + vfLinks(pf) + " VFs have appeared";
                case SetupStep.OverrideDriver(PciAddress vf, _, _) -> reads(QatPaths.driverOverride(vf));
                case SetupStep.UnbindDriver(PciAddress vf, String driver, _) -> vf + " is still held by " + driver;
                case SetupStep.BindDriver(PciAddress vf, _, _) ->
                    vf + " is held by " + sysfs.link(QatPaths.boundDriver(vf)).map(PlanExecutor::name).orElse("no driver");
            };
        } catch (SysfsException e) {
            return e.getMessage();
        }
    }

    private String reads(String path) {
        return "it reads \"" + text(path) + "\"";
    }

    private int vfs(PciAddress pf) {
        return Integer.parseInt(text(QatPaths.numVfs(pf)));
    }

    /// The count is set before the devices are complete on some kernels, and nothing can be bound before they are. They come one after the other, the link last
    /// (Linux `drivers/pci/iov.c`, `sriov_add_vfs`, `pci_iov_add_virtfn`), so the last one's stands for all.
    private boolean vfsAreThere(PciAddress pf, int count) {
        return count == 0 || sysfs.list(QatPaths.device(pf)).contains("virtfn" + (count - 1));
    }

    private long vfLinks(PciAddress pf) {
        return sysfs.list(QatPaths.device(pf)).stream().filter(name -> name.startsWith("virtfn")).count();
    }

    private boolean isBound(PciAddress address, String driver) {
        return sysfs.link(QatPaths.boundDriver(address)).filter(target -> name(target).equals(driver)).isPresent();
    }

    private String text(String path) {
        return sysfs.read(path).strip();
    }

    private static String name(String target) {
        return target.substring(target.lastIndexOf('/') + 1);
    }
}
