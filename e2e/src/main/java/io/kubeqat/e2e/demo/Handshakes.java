package io.kubeqat.e2e.demo;

import io.kubeqat.e2e.example.Example;
import io.kubeqat.e2e.traffic.JavaClient;
import io.kubeqat.e2e.traffic.Load;
import io.kubeqat.e2e.traffic.Outcome;
import io.kubeqat.e2e.traffic.Traffic;
import io.kubeqat.testbed.Progress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/// Many full handshakes by two independent TLS implementations at the same time: Go's to both hosts, and the JDK's.
///
/// @param wanted how many there should be
/// @param go what came of Go's clients
/// @param java what came of the JDK's
record Handshakes(int wanted, Outcome go, Outcome java) {
    static Handshakes make(Example example, int number, Progress progress) {
        int ofJava = number / 5;
        int ofDefault = number * 3 / 10;
        int ofHost = number - ofJava - ofDefault;
        AtomicInteger told = new AtomicInteger();
        // Of the largest share; told about every five seconds.
        IntConsumer tell = done -> {
            if (told.incrementAndGet() % 5 == 0) {
                progress.step("handshakes: " + done + " of the " + ofHost + " to " + Example.HOST);
            }
        };
        try (Traffic host = Traffic.start(example.cluster(), example.project(), example.load(Example.HOST).handshakes(ofHost).by(8), tell);
                Traffic other = Traffic.start(example.cluster(), example.project(), example.load(Example.DEFAULT_HOST).handshakes(ofDefault).by(4), _ -> {})) {
            Outcome java = new JavaClient(example.cluster(), example.load(Example.HOST).in(List.of("X25519", "P-256", "P-384")).handshakes(ofJava).by(4)).run();
            return new Handshakes(number, host.outcome().plus(other.outcome()), java);
        }
    }

    boolean holds() {
        Outcome all = go.plus(java);
        return all.failed() == 0 && all.handshakes() == wanted
                && Load.GROUPS.stream().allMatch(group -> all.negotiated(group) > 0)
                && all.negotiated("CN=" + Example.HOST) + all.negotiated("CN=" + Example.DEFAULT_HOST) == wanted;
    }

    String inWords() {
        Outcome all = go.plus(java);
        String groups = Load.GROUPS.stream().map(group -> group + " " + all.negotiated(group + " ")).collect(Collectors.joining(", "));
        return "%d made (Go's TLS %d, the JDK's %d), %s; %s; %.0f handshakes/s with a request each".formatted(
                all.handshakes(), go.handshakes(), java.handshakes(), all.failuresInWords(), groups, all.handshakes() / all.seconds());
    }
}
