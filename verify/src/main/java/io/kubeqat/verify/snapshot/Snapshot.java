package io.kubeqat.verify.snapshot;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A cluster at one moment: all that the report is made of.
///
/// @param at when it was looked at
/// @param namespace where kube-qat is, or should be
/// @param agentInstalled whether the DaemonSet `qat-device-plugin` is there
/// @param pods the agents, the ingress controllers, and whatever asks for a QAT resource
/// @param configMap the controller's; absent where there is none
/// @param hosts what the cluster's Ingresses want served over TLS by this controller
public record Snapshot(
        Instant at,
        String namespace,
        Answer<Boolean> agentInstalled,
        List<NodeState> nodes,
        List<PodState> pods,
        Answer<Optional<Map<String, String>>> configMap,
        Answer<List<TlsHost>> hosts) {

    public Snapshot {
        requireNonNull(at, "at is null");
        requireNonNull(namespace, "namespace is null");
        nodes = List.copyOf(nodes);
        pods = List.copyOf(pods);
    }

    public List<PodState> pods(PodState.Kind kind) {
        return pods.stream().filter(pod -> pod.kind() == kind).toList();
    }

    public List<PodState> podsOn(NodeState node) {
        return pods.stream().filter(pod -> pod.node().filter(node.name()::equals).isPresent()).toList();
    }
}
