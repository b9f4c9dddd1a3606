package io.kubeqat.verify.chain;

import io.kubeqat.verify.snapshot.PodState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Pods on a node that ask for VFs, and the ingress controllers.
final class PodLinks {
    private PodLinks() {}

    static List<Finding> of(List<PodState> pods) {
        List<Finding> findings = new ArrayList<>();
        for (PodState pod : pods) {
            if (pod.kind() == PodState.Kind.INGRESS || !pod.devices().isEmpty() && pod.kind() != PodState.Kind.AGENT) {
                findings.add(new Finding(Link.POD, pod.fullName(), state(pod)));
            }
        }
        return findings;
    }

    private static LinkState state(PodState pod) {
        if (pod.reason().equals("UnexpectedAdmissionError")) {
            return new LinkState.Broken(Fault.ALLOCATION_REFUSED, devices(pod) + ", " + pod.phase() + ": " + pod.reason());
        }
        Optional<String> image = Containers.imageProblem(pod);
        if (image.isPresent()) {
            return new LinkState.Broken(Fault.IMAGE_MISSING, image.get());
        }
        if (pod.ready()) {
            return new LinkState.Holds(devices(pod) + ", ready" + Containers.restarts(pod));
        }
        // That is the engine's verdict, not the pod's: it was given its VFs, and has started.
        return EngineLinks.refusal(pod).isPresent()
                ? new LinkState.Holds(devices(pod) + ", started")
                : new LinkState.Broken(Fault.POD_NOT_READY, devices(pod) + ", " + Containers.trouble(pod));
    }

    static String devices(PodState pod) {
        return pod.devices().isEmpty()
                ? "asks for no VF"
                : pod.devices().entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey()).collect(Collectors.joining(", "));
    }
}
