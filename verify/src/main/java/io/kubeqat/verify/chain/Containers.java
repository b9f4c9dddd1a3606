package io.kubeqat.verify.chain;

import io.kubeqat.verify.snapshot.ContainerState;
import io.kubeqat.verify.snapshot.ContainerState.Phase;
import io.kubeqat.verify.snapshot.PodState;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What the kubelet says of a pod's containers, in words.
final class Containers {
    /// Kubernetes `pkg/kubelet/images/types.go` and `pkg/kubelet/kuberuntime`: the waiting reasons of a missing image.
    private static final Set<String> IMAGE_REASONS = Set.of("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError");

    private Containers() {}

    static Optional<String> imageProblem(PodState pod) {
        return pod.allContainers()
                .flatMap(container -> container.now() instanceof Phase.Waiting(String reason, String message) && IMAGE_REASONS.contains(reason)
                        ? Stream.of(container.name() + ": " + reason + (message.isEmpty() ? "" : ": " + firstLine(message)))
                        : Stream.empty())
                .findFirst();
    }

    /// Why a pod is not ready: the first container that is not, and how it fares.
    static String trouble(PodState pod) {
        return pod.allContainers().filter(container -> !container.ready()).findFirst().map(Containers::trouble).orElse("phase " + pod.phase());
    }

    private static String trouble(ContainerState container) {
        String now = switch (container.now()) {
            case Phase.Running _ -> "runs, is not ready";
            case Phase.Waiting(String reason, _) -> reason;
            case Phase.Ended end -> ended(end);
        };
        String before = container.now() instanceof Phase.Ended ? "" : container.failure().map(end -> "; the time before: " + ended(end)).orElse("");
        return container.name() + ": " + now + before;
    }

    private static String ended(Phase.Ended end) {
        String message = end.message().strip().lines().reduce((_, last) -> last).map(line -> ": " + line).orElse("");
        return "ended with " + end.code() + " (" + end.reason() + ")" + message;
    }

    static String restarts(PodState pod) {
        int restarts = pod.allContainers().mapToInt(ContainerState::restarts).sum();
        return restarts == 0 ? "" : ", " + restarts + " restarts";
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
