package io.kubeqat.deviceplugin.status;

import static java.util.Objects.requireNonNull;

import io.kubeqat.qat.FirmwareCounters;
import io.kubeqat.qat.RingPairTelemetry;
import io.kubeqat.qat.Telemetry;
import java.util.List;
import java.util.Optional;

/// What one card says of its work in debugfs.
///
/// @param work absent where the driver counts nothing, or the plugin may not read it
/// @param telemetry absent where it is switched off (`telemetry/control`), the kernel is older than 6.8, or the plugin may not read it
/// @param ringPairs those chosen in `telemetry/rp_A_data` to `rp_D_data`
record CardFigures(Optional<FirmwareCounters> work, Optional<Telemetry> telemetry, List<RingPairTelemetry> ringPairs) {

    CardFigures {
        requireNonNull(work, "work is null");
        requireNonNull(telemetry, "telemetry is null");
        ringPairs = List.copyOf(ringPairs);
    }
}
