package io.kubeqat.e2e.demo;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Collectors;

/// One claim of the demo and what was seen of it.
///
/// @param claim what should hold, as a reader would say it
/// @param holds whether what was seen bears the claim out
/// @param seen the observation, whether or not it does
record Evidence(String claim, boolean holds, String seen) {
    Evidence {
        requireNonNull(claim, "claim is null");
        requireNonNull(seen, "seen is null");
    }

    /// For a look that failed before it could see anything.
    static Evidence missing(String claim, RuntimeException why) {
        return new Evidence(claim, false, String.valueOf(why.getMessage()).lines().findFirst().orElse(why.toString()));
    }

    /// All of it, a line each, columns aligned.
    static String table(List<Evidence> all) {
        int width = all.stream().mapToInt(evidence -> evidence.claim.length()).max().orElse(0);
        String row = "  %-4s  %-" + width + "s  %s%n";
        return all.stream()
                .map(evidence -> row.formatted(evidence.holds ? "ok" : "FAIL", evidence.claim, evidence.seen))
                .collect(Collectors.joining());
    }
}
