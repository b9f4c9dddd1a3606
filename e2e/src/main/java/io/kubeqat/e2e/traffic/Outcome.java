package io.kubeqat.e2e.traffic;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What came of a [Load].
///
/// @param handshakes full handshakes that went well, and the requests after them
/// @param failed connections that did not
/// @param seconds from the first connection to the last
/// @param negotiated how often which group, cipher and certificate came of it, as `X25519MLKEM768 TLS_AES_128_GCM_SHA256 CN=echo.example`
/// @param failures how often which error
public record Outcome(int handshakes, int failed, double seconds, Map<String, Integer> negotiated, Map<String, Integer> failures) {
    public Outcome {
        negotiated = Map.copyOf(negotiated);
        failures = Map.copyOf(failures);
    }

    /// Of two clients that worked at the same time.
    public Outcome plus(Outcome other) {
        return new Outcome(handshakes + other.handshakes, failed + other.failed, Math.max(seconds, other.seconds),
                sum(negotiated, other.negotiated), sum(failures, other.failures));
    }

    /// How many handshakes had a result whose name contains `word`.
    public int negotiated(String word) {
        return negotiated.entrySet().stream().filter(entry -> entry.getKey().contains(word)).mapToInt(Map.Entry::getValue).sum();
    }

    /// `0 failed`, or how many and of what.
    public String failuresInWords() {
        return failed + " failed" + (failed == 0 ? "" : ": " + new TreeMap<>(failures));
    }

    private static Map<String, Integer> sum(Map<String, Integer> one, Map<String, Integer> other) {
        return Stream.of(one, other).flatMap(map -> map.entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Integer::sum));
    }
}
