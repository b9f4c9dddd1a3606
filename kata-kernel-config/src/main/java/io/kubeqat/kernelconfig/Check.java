package io.kubeqat.kernelconfig;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Holds a configuration against requests.
///
/// @param symbols what Kconfig knows, if the kernel's tools are at hand: without them it is only said that something is missing
record Check(KernelConfig config, Optional<Symbols> symbols) {
    /// One finding.
    ///
    /// @param cause why it is so, empty if not known
    record Missing(Request request, String actual, String cause) {
        String text() {
            return request.text() + (request.value().equals("n") ? ", but it is " : " is wanted, but it is ") + actual + (cause.isEmpty() ? "" : ": " + cause);
        }
    }

    List<Missing> missing(List<Fragment> fragments) {
        return fragments.stream().map(Fragment::requests).flatMap(List::stream).filter(request -> !config.has(request)).flatMap(this::missing).toList();
    }

    private Stream<Missing> missing(Request request) {
        String actual = config.value(request.symbol());
        String cause = actual.equals("m") && request.value().equals("y")
                ? "as a module it is there only if the guest's image holds it and something loads it, and Kata's image does neither"
                : symbols.map(known -> new Explanation(known, config).of(request)).orElse("");
        return Stream.of(new Missing(request, actual.equals("n") ? "not set" : actual, cause));
    }
}
