package io.kubeqat.simulator;

import io.kubeqat.sysfs.Errno;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What the QAT driver keeps for one PF: the state machine behind `qat/`, `qat_ras/`, debugfs and `sriov_numvfs`.
final class QatCard {
    /// Linux `adf_gen4_hw_data.h`, ADF_GEN4_MAX_RPS.
    private static final int RING_PAIRS = 64;

    /// What the driver asks of PCI.
    interface VirtualFunctions {
        /// Makes all the card's VFs.
        void enable();

        /// Removes them; nothing where there are none.
        void disable();
    }

    private final Tree tree;
    private final String path;
    private final String debugPath;
    private final CardModel model;
    private final Scenario.Kernel kernel;
    private final InstantSource clock;
    private final VirtualFunctions vfs;
    private final boolean iommuMapped;
    private final Heartbeat.Health health = new Heartbeat.Health();
    private final Map<HardwareError, Long> errors = new EnumMap<>(HardwareError.class);

    private boolean started;
    private boolean busy;
    private String services;
    private boolean pmIdle = true;
    private boolean autoReset;
    private int ring = -1;
    private long[] requests = {};
    private Optional<Telemetry> telemetry = Optional.empty();

    QatCard(Tree tree, PciDevice pf, Scenario.Card card, Scenario.Kernel kernel, String bootServices, InstantSource clock, VirtualFunctions vfs) {
        this.tree = tree;
        this.path = pf.path();
        this.debugPath = "kernel/debug/qat_" + card.model().driver() + "_" + pf.bdf();
        this.model = card.model();
        this.kernel = kernel;
        this.clock = clock;
        this.vfs = vfs;
        this.iommuMapped = card.iommu() == Scenario.Iommu.YES;
        this.services = bootServices;
    }

    /// The driver's probe: files that stay while the card is down, then the start.
    void probed() {
        if (model.hasQatDirectory()) {
            tree.add(path + "/qat/state", Attribute.readWrite(0644, () -> started ? "up\n" : "down\n", this::storeState));
            tree.add(path + "/qat/cfg_services", Attribute.readWrite(0644, () -> services + "\n", this::storeServices));
            tree.add(path + "/qat/pm_idle_enabled", Attribute.readWrite(0644, () -> pmIdle ? "1\n" : "0\n", this::storePmIdle));
            tree.add(path + "/qat/rp2srv", Attribute.readWrite(0644, this::showRing, this::storeRing));
            tree.add(path + "/qat/num_rps", Attribute.constant(RING_PAIRS + "\n"));
            tree.add(path + "/qat/auto_reset", Attribute.readWrite(0644, () -> autoReset ? "on\n" : "off\n", value -> autoReset = Text.bool(value)));
        }
        tree.add(debugPath + "/dev_cfg", Attribute.readOnly(0400, () -> "[GENERAL]\nServicesEnabled = " + services + "\n\n"));
        start();
    }

    void removed() {
        stop();
        if (model.hasQatDirectory()) {
            tree.remove(path + "/qat");
        }
        tree.remove(debugPath);
    }

    /// `sriov_numvfs`, non-zero: the driver takes the card down and up by itself and ignores the number (adf_sriov.c, adf_do_enable_sriov).
    void enableVfs() {
        if (!iommuMapped && kernel.refusesVfsWithoutIommu()) {
            // adf_sriov.c: "IOMMU should be enabled for SR-IOV to work correctly".
            throw new KernelError(Errno.EINVAL);
        }
        if (started) {
            refuseIfBusy();
            stop();
        }
        start();
        vfs.enable();
    }

    /// `sriov_numvfs`, zero (adf_sriov.c, adf_do_disable_sriov).
    void disableVfs() {
        if (kernel.refusesToRemoveVfs()) {
            // adf_sriov.c of older kernels: "Already enabled for this device".
            throw new KernelError(Errno.EINVAL);
        }
        refuseIfBusy();
        stop();
        vfs.disable();
        start();
    }

    /// Whether the kernel's own crypto API uses the card, or a reset runs: what makes the driver answer EBUSY. VFs, even open ones, do not.
    void busy(boolean busy) {
        this.busy = busy;
    }

    void alive(boolean alive) {
        health.alive(alive);
    }

    void error(HardwareError error) {
        errors.merge(error, 1L, Long::sum);
    }

    /// Lets the card answer requests, spread over its engines; lost, as in hardware, if the card is down.
    void work(long count) {
        telemetry.ifPresent(watch -> watch.worked(requests.length == 0 ? 0 : count));
        for (int engine = 0; engine < requests.length; engine++) {
            requests[engine] += count / requests.length + (engine < count % requests.length ? 1 : 0);
        }
    }

    private void start() {
        if (started) {
            return;
        }
        started = true;
        requests = new long[model.engines()];
        tree.add(debugPath + "/fw_counters", Attribute.readOnly(0400, this::showCounters));
        new Heartbeat(clock, model, health).addTo(tree.directory(debugPath + "/heartbeat"));
        if (model.hasQatDirectory()) {
            // The counters are cleared at every start (adf_sysfs_ras_counters.c).
            errors.clear();
            for (HardwareError error : HardwareError.values()) {
                tree.add(path + "/qat_ras/" + error.file(), Attribute.readOnly(0444, () -> errors.getOrDefault(error, 0L) + "\n"));
            }
            tree.add(path + "/qat_ras/reset_error_counters", Attribute.writeOnly(this::resetErrors));
            Telemetry watch = new Telemetry(RING_PAIRS, pair -> Services.ofRing(services, pair));
            watch.addTo(tree.directory(debugPath + "/telemetry"));
            telemetry = Optional.of(watch);
        }
    }

    /// adf_init.c, adf_dev_stop: what a running card shows goes, and `disable_iov` destroys the VFs.
    private void stop() {
        if (!started) {
            return;
        }
        started = false;
        requests = new long[0];
        tree.remove(debugPath + "/fw_counters");
        tree.remove(debugPath + "/heartbeat");
        if (model.hasQatDirectory()) {
            tree.remove(path + "/qat_ras");
            tree.remove(debugPath + "/telemetry");
            telemetry = Optional.empty();
        }
        vfs.disable();
    }

    private void refuseIfBusy() {
        if (busy) {
            throw new KernelError(Errno.EBUSY);
        }
    }

    /// adf_sysfs.c, state_store: `up` does not bring VFs back.
    private void storeState(String value) {
        refuseIfBusy();
        switch (Text.line(value)) {
            case "up" -> start();
            case "down" -> stop();
            default -> throw new KernelError(Errno.EINVAL);
        }
    }

    /// adf_sysfs.c, cfg_services_store: an unknown value and a card that is up give the same EINVAL.
    private void storeServices(String value) {
        String stored = kernel.cfgServices().stored(Text.line(value), model).orElseThrow(() -> new KernelError(Errno.EINVAL));
        refuseIfUp();
        services = stored;
    }

    private void storePmIdle(String value) {
        boolean enabled = Text.bool(value);
        refuseIfUp();
        pmIdle = enabled;
    }

    private void refuseIfUp() {
        if (started) {
            throw new KernelError(Errno.EINVAL);
        }
    }

    /// adf_sysfs.c, rp2srv_show: EINVAL until a ring pair has been chosen by a write.
    private String showRing() {
        if (ring < 0) {
            throw new KernelError(Errno.EINVAL);
        }
        return Services.ofRing(services, ring) + "\n";
    }

    private void storeRing(String value) {
        long chosen = Text.unsigned(value, 10);
        if (chosen >= RING_PAIRS) {
            throw new KernelError(Errno.EINVAL);
        }
        ring = (int) chosen;
    }

    /// adf_fw_counters.c: one row for each engine but the administrative one; absolute since the last start.
    private String showCounters() {
        return "AE  %16s %16s\n".formatted("Requests", "Responses")
                + IntStream.range(0, requests.length)
                        .mapToObj(engine -> "%2d: %16d %16d\n".formatted(engine, requests[engine], requests[engine]))
                        .collect(Collectors.joining());
    }

    /// adf_sysfs_ras_counters.c, reset_error_counters_store: exactly these two bytes.
    private void resetErrors(String value) {
        if (!value.equals("1\n")) {
            throw new KernelError(Errno.EINVAL);
        }
        errors.clear();
    }
}
