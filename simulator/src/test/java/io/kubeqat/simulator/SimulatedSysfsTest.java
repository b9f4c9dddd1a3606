package io.kubeqat.simulator;

import io.kubeqat.sysfs.Sysfs;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/// The contract, in process, on a clock that stands.
final class SimulatedSysfsTest extends SysfsContract {
    private final Simulator simulator =
            new Simulator(Scenario.builtIn("one-card").orElseThrow(), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));

    @Override
    protected Sysfs sysfs() {
        return simulator.sysfs();
    }
}
