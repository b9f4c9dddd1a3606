package io.kubeqat.qat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// What a card measures of itself while it was told to (`telemetry/control` is not 0): debugfs `telemetry/device_data`.
///
/// `sample_cnt` counts the samples. `util_*` is in percent, latencies (`*_lat*`) in nanoseconds, bandwidths (`bw_*`) in Mbit/s (Linux
/// `Documentation/ABI/testing/debugfs-driver-qat_telemetry`). Which counters there are depends on the card and the kernel.
///
/// @param values the latest value by the kernel's name, in the order of the file; minimum, maximum and average are left out
public record Telemetry(SequencedMap<String, Long> values) {

    /// Copies the values.
    public Telemetry {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /// One of the values.
    ///
    /// @param name the kernel's name, such as `util_pke0`
    /// @return in the unit that the kernel gives it; empty where this card or kernel does not have it
    public OptionalLong value(String name) {
        return values.containsKey(name) ? OptionalLong.of(values.get(name)) : OptionalLong.empty();
    }

    /// {@return the jobs of all public-key slices since it was switched on (`exec_pke<N>`): the proof of asymmetric work, which TLS handshakes are}
    public long publicKeyJobs() {
        return values.entrySet().stream().filter(entry -> entry.getKey().matches("exec_pke[0-9]+")).mapToLong(Map.Entry::getValue).sum();
    }
}
