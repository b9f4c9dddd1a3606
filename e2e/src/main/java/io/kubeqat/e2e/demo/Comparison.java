package io.kubeqat.e2e.demo;

import io.kubeqat.e2e.example.Example;
import io.kubeqat.e2e.traffic.Outcome;
import io.kubeqat.e2e.traffic.Traffic;
import io.kubeqat.testbed.Progress;
import java.util.ArrayList;
import java.util.List;

/// The server's CPU time per full handshake, with the engine and without, in turn, so that both see the same neighbours.
///
/// @param with microseconds of CPU per handshake with `ssl-engine qat` and `ssl-mode-async`, of each round
/// @param without the same of plain OpenSSL
/// @param wrong what an arm was not: failures, or an engine loaded where it should not be; empty if all was as it should
record Comparison(List<Double> with, List<Double> without, List<String> wrong) {
    private static final String ENGINE = "{\"ssl-engine\": \"qat\", \"ssl-mode-async\": \"true\"}";
    private static final String PLAIN = "{\"ssl-engine\": \"\", \"ssl-mode-async\": \"false\"}";

    Comparison {
        with = List.copyOf(with);
        without = List.copyOf(without);
        wrong = List.copyOf(wrong);
    }

    /// Leaves the example as it was: with the engine.
    static Comparison measure(Example example, int rounds, int handshakes, Progress progress) {
        List<Double> with = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            example.reload(PLAIN);
            without.add(arm(example, handshakes, false, wrong));
            example.reload(ENGINE);
            with.add(arm(example, handshakes, true, wrong));
            progress.step("CPU per handshake, round %d of %d: %.0f µs with the engine, %.0f µs without".formatted(round, rounds, with.getLast(), without.getLast()));
        }
        return new Comparison(with, without, wrong);
    }

    private static double arm(Example example, int handshakes, boolean engine, List<String> wrong) {
        String worker = example.worker();
        shake(example, 100);
        long before = nanoseconds(example, worker);
        Outcome outcome = shake(example, handshakes);
        long spent = nanoseconds(example, worker) - before;
        boolean loaded = !example.node("grep -c /engines-3/qat.so /proc/" + worker + "/maps || true").equals("0");
        if (outcome.failed() > 0 || outcome.handshakes() != handshakes) {
            wrong.add(outcome.failuresInWords());
        }
        if (loaded != engine) {
            wrong.add(engine ? "the engine was not loaded where it should be" : "the engine was loaded where it should not be");
        }
        return spent / 1e3 / outcome.handshakes();
    }

    /// RSA-2048 and P-256: a card takes over both, software the first. 16 clients, so that eight requests can be computed together.
    private static Outcome shake(Example example, int handshakes) {
        try (Traffic traffic = Traffic.start(example.cluster(), example.project(),
                example.load(Example.HOST).in(List.of("P-256")).handshakes(handshakes).by(16).withoutRequest(), _ -> {})) {
            return traffic.outcome();
        }
    }

    /// On the CPU, of all its threads (Documentation/scheduler/sched-stats.rst: the first field, in nanoseconds).
    private static long nanoseconds(Example example, String process) {
        return Long.parseLong(example.node("cat /proc/" + process + "/task/*/schedstat | awk '{s += $1} END {printf \"%d\", s}'"));
    }

    boolean holds() {
        return wrong.isEmpty();
    }

    /// Median of the ratios of each round.
    double ratio() {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < with.size(); round++) {
            ratios.add(with.get(round) / without.get(round));
        }
        return median(ratios);
    }

    /// @param acceleration what is in force: `hw`, `sw` or `none`
    String inWords(String acceleration) {
        if (!wrong.isEmpty()) {
            return String.join("; ", wrong);
        }
        return "%.0f µs with the engine, %.0f µs without, ratio %.2f (median of %d rounds); acceleration in force: %s%s".formatted(
                median(with), median(without), ratio(), with.size(), acceleration,
                acceleration.equals("none") ? ", so this is what the engine costs, and no gain" : "");
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
