package io.kubeqat.nodesetup.apply;

import static java.util.Objects.requireNonNull;

import io.kubeqat.nodesetup.plan.SetupStep;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Does one step: writes, then reads back until the kernel shows the effect. What counts is what can be read, never what was written.
public final class PlanExecutor {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    /// Longer than between looks, because each refusal leaves a line in the kernel's log.
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    private final Sysfs sysfs;
    private final Pause pause;
    private final long looks;
    private final long tries;

    /// @param limit how long to wait for the effect of one step, and to repeat a step while the kernel answers `EBUSY`
    public PlanExecutor(Sysfs sysfs, Duration limit, Pause pause) {
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
        this.pause = requireNonNull(pause, "pause is null");
        this.looks = Math.max(1, limit.dividedBy(BETWEEN_LOOKS));
        this.tries = Math.max(1, limit.dividedBy(BETWEEN_TRIES));
    }

    /// @throws SetupException if the kernel refused, or accepted without effect; the message ends with what the operator can do
    public void execute(SetupStep step) throws SetupException, InterruptedException {
        write(step);
        if (!becomes(() -> isDone(step))) {
            throw new SetupException(
                    step,
                    "wrote \"" + step.value() + "\" to " + sysfs.describe(step.path()) + ", but " + found(step),
                    NextStep.afterNoEffect());
        }
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
            return switch (step) {
                case SetupStep.SetState(PciAddress pf, DeviceState state, _) -> text(QatPaths.state(pf)).equals(state.text());
                case SetupStep.SetServices(PciAddress pf, ServiceSet services, _) -> ServiceSet.parse(text(QatPaths.services(pf))).equals(services);
                case SetupStep.RemoveVirtualFunctions(PciAddress pf, _) -> vfs(pf) == 0;
                case SetupStep.CreateVirtualFunctions(PciAddress pf, int count, _) -> vfs(pf) >= count && vfsAreThere(pf);
                case SetupStep.OverrideDriver(PciAddress vf, String driver, _) -> text(QatPaths.driverOverride(vf)).equals(driver);
                case SetupStep.UnbindDriver(PciAddress vf, String driver, _) -> !isBound(vf, driver);
                case SetupStep.BindDriver(PciAddress vf, String driver, _) -> isBound(vf, driver);
            };
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

    /// The count is set before the devices are complete on some kernels, and nothing can be bound before they are. They come one after the other (Linux
    /// `drivers/pci/iov.c`, `sriov_add_vfs`), so the last one stands for all.
    private boolean vfsAreThere(PciAddress pf) {
        int count = vfs(pf);
        return count == 0 || sysfs.exists(QatPaths.device(pf) + "/virtfn" + (count - 1) + "/driver_override");
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
