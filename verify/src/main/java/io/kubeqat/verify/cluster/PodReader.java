package io.kubeqat.verify.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.kubeqat.verify.snapshot.Answer;
import io.kubeqat.verify.snapshot.ContainerState;
import io.kubeqat.verify.snapshot.ContainerState.Phase;
import io.kubeqat.verify.snapshot.PodState;
import io.kubeqat.verify.snapshot.Sample;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Translates pods from Kubernetes' model into ours.
final class PodReader {
    private final String prefix;

    /// @param prefix of the resource names, without the `/`
    PodReader(String prefix) {
        this.prefix = prefix + "/";
    }

    PodState state(PodState.Kind kind, Pod pod, Answer<List<Sample>> metrics, Answer<String> log) {
        return new PodState(
                kind,
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                Optional.ofNullable(pod.getSpec().getNodeName()),
                pod.getStatus().getPhase(),
                text(pod.getStatus().getReason()),
                condition(pod, "Ready").filter(condition -> condition.getStatus().equals("True")).isPresent(),
                condition(pod, "PodScheduled").filter(condition -> condition.getStatus().equals("False")).map(condition -> text(condition.getMessage())),
                devices(pod),
                pod.getStatus().getInitContainerStatuses().stream().map(PodReader::container).toList(),
                pod.getStatus().getContainerStatuses().stream().map(PodReader::container).toList(),
                metrics,
                log);
    }

    boolean isRunning(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream().anyMatch(status -> status.getState() != null && status.getState().getRunning() != null);
    }

    /// What a pod holds at once: the sum of its containers, or what one init container asks for, whichever is more (Kubernetes `pkg/api/v1/resource`).
    SortedMap<String, Long> devices(Pod pod) {
        SortedMap<String, Long> asked = new TreeMap<>();
        pod.getSpec().getContainers().forEach(container -> devices(container).forEach((name, count) -> asked.merge(name, count, Long::sum)));
        pod.getSpec().getInitContainers().forEach(container -> devices(container).forEach((name, count) -> asked.merge(name, count, Math::max)));
        return asked;
    }

    private SortedMap<String, Long> devices(Container container) {
        return container.getResources() == null ? new TreeMap<>() : devices(container.getResources().getLimits());
    }

    SortedMap<String, Long> devices(Map<String, Quantity> quantities) {
        SortedMap<String, Long> devices = new TreeMap<>();
        if (quantities != null) {
            quantities.forEach((name, quantity) -> {
                if (name.startsWith(prefix)) {
                    devices.put(name, quantity.getNumericalAmount().longValue());
                }
            });
        }
        return devices;
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream().filter(condition -> condition.getType().equals(type)).findFirst();
    }

    private static ContainerState container(ContainerStatus status) {
        return new ContainerState(
                status.getName(),
                Boolean.TRUE.equals(status.getReady()),
                Optional.ofNullable(status.getRestartCount()).orElse(0),
                phase(status.getState()),
                Optional.ofNullable(status.getLastState()).map(io.fabric8.kubernetes.api.model.ContainerState::getTerminated).map(PodReader::ended));
    }

    private static Phase phase(io.fabric8.kubernetes.api.model.ContainerState state) {
        if (state != null && state.getTerminated() != null) {
            return ended(state.getTerminated());
        }
        if (state != null && state.getRunning() != null) {
            return new Phase.Running();
        }
        return state == null || state.getWaiting() == null
                ? new Phase.Waiting("Waiting", "")
                : new Phase.Waiting(text(state.getWaiting().getReason()), text(state.getWaiting().getMessage()));
    }

    private static Phase.Ended ended(ContainerStateTerminated state) {
        return new Phase.Ended(Optional.ofNullable(state.getExitCode()).orElse(0), text(state.getReason()), text(state.getMessage()));
    }

    private static String text(String nullable) {
        return Optional.ofNullable(nullable).orElse("");
    }
}
