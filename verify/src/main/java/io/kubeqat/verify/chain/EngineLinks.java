package io.kubeqat.verify.chain;

import io.kubeqat.verify.snapshot.Answer;
import io.kubeqat.verify.snapshot.ContainerState;
import io.kubeqat.verify.snapshot.LogEvent;
import io.kubeqat.verify.snapshot.PodState;
import io.kubeqat.verify.snapshot.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What the controllers' engines found, and whether the cards of the node bear it out.
final class EngineLinks {
    private static final String PREFLIGHT = "QAT preflight:";
    /// The exit code of `qat-preflight` where acceleration is required and not there (ingress-image/README.md).
    private static final int REFUSED = 3;

    private EngineLinks() {}

    static List<Finding> of(List<PodState> pods, Set<Acceleration> accepted) {
        List<Finding> findings = new ArrayList<>();
        boolean hardware = false;
        for (PodState pod : pods.stream().filter(pod -> pod.kind() == PodState.Kind.INGRESS).toList()) {
            findings.add(new Finding(Link.ENGINE, pod.fullName(), state(pod, accepted)));
            if (pod.samples("haproxyingress_update_success").stream().anyMatch(sample -> sample.count() == 0)) {
                findings.add(Finding.broken(Link.CONFIGURATION, pod.fullName(), Fault.RELOAD_FAILED, "haproxyingress_update_success is 0"));
            }
            hardware |= verdict(pod).equals(Optional.of(Acceleration.HW));
        }
        List<Sample> requests = pods.stream().flatMap(pod -> pod.samples("kube_qat_fw_requests_total").stream()).toList();
        if (hardware && !requests.isEmpty() && requests.stream().allMatch(sample -> sample.count() == 0)) {
            findings.add(Finding.broken(Link.COUNTERS, "all cards", Fault.NO_WORK_ON_CARD, "0 requests"));
        }
        return findings;
    }

    private static LinkState state(PodState pod, Set<Acceleration> accepted) {
        Optional<String> refusal = refusal(pod);
        if (refusal.isPresent()) {
            return new LinkState.Broken(Fault.ACCELERATION_REQUIRED, refusal.get());
        }
        if (!pod.ready()) {
            return new LinkState.Idle("the pod is not ready");
        }
        if (pod.metrics() instanceof Answer.Missing<List<Sample>>(String why)) {
            return new LinkState.Unseen("its metrics cannot be read: " + why);
        }
        Optional<Acceleration> verdict = verdict(pod);
        if (verdict.isEmpty()) {
            return new LinkState.Broken(Fault.PREFLIGHT_SILENT, "kube_qat_acceleration tells nothing");
        }
        String seen = verdict.get().word() + reasons(pod, verdict.get());
        return accepted.contains(verdict.get()) ? new LinkState.Holds(seen) : new LinkState.Broken(Fault.NOT_ACCELERATED, seen);
    }

    /// The verdict in force, by the controller's metric.
    private static Optional<Acceleration> verdict(PodState pod) {
        return pod.samples("kube_qat_acceleration").stream()
                .filter(sample -> sample.count() == 1)
                .flatMap(sample -> Acceleration.ofWord(sample.label("acceleration")).stream())
                .findFirst();
    }

    /// The preflight's last words, where it has ended the container.
    static Optional<String> refusal(PodState pod) {
        return pod.containers().stream()
                .flatMap(container -> container.failure().stream())
                .filter(end -> end.code() == REFUSED)
                .map(ContainerState.Phase.Ended::message)
                .flatMap(message -> message.lines().filter(line -> line.startsWith(PREFLIGHT)))
                .findFirst();
    }

    /// Why it is not something better, in the preflight's words.
    private static String reasons(PodState pod, Acceleration verdict) {
        Map<String, String> fields = pod.log().toOptional().stream().flatMap(String::lines).filter(line -> line.startsWith(PREFLIGHT)).findFirst()
                .map(LogEvent::fields).orElse(Map.of());
        List<String> better = switch (verdict) {
            case HW -> List.of();
            case SW -> List.of("hardware");
            case NONE -> List.of("hardware", "software");
        };
        return better.stream().flatMap(way -> Stream.ofNullable(fields.get(way)).map(why -> "; " + way + ": " + why)).reduce("", String::concat);
    }
}
