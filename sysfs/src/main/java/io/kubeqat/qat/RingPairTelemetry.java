package io.kubeqat.qat;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What a card measures of one ring pair: debugfs `telemetry/rp_<A-D>_data`. VF k (from 1) owns the ring pairs 4(k-1) to 4(k-1)+3.
///
/// @param ringPair its number, which was written to the file before
/// @param service what it is set up for: `asym`, `sym`, `dc`
/// @param values the other values by the kernel's name, in the order of the file
public record RingPairTelemetry(int ringPair, String service, SequencedMap<String, Long> values) {

    /// Copies the values.
    public RingPairTelemetry {
        requireNonNull(service, "service is null");
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }
}
