package io.kubeqat.verify.snapshot;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A pod of kube-qat, or one that asks for a QAT resource.
///
/// @param node absent until it is scheduled
/// @param phase such as `Running`
/// @param reason why the kubelet did not take it, such as `UnexpectedAdmissionError`; empty otherwise
/// @param unschedulable what the scheduler says
/// @param devices VFs that it asks for, by QAT resource name
/// @param metrics of an agent or a controller
/// @param log of an agent's node-setup, or of a controller from its first line on
public record PodState(
        Kind kind,
        String namespace,
        String name,
        Optional<String> node,
        String phase,
        String reason,
        boolean ready,
        Optional<String> unschedulable,
        SortedMap<String, Long> devices,
        List<ContainerState> initContainers,
        List<ContainerState> containers,
        Answer<List<Sample>> metrics,
        Answer<String> log) {

    public enum Kind {
        /// The device plugin with node-setup in front of it.
        AGENT,
        /// The ingress controller.
        INGRESS,
        OTHER
    }

    public PodState {
        requireNonNull(kind, "kind is null");
        requireNonNull(node, "node is null");
        requireNonNull(unschedulable, "unschedulable is null");
        devices = Collections.unmodifiableSortedMap(new TreeMap<>(devices));
        initContainers = List.copyOf(initContainers);
        containers = List.copyOf(containers);
    }

    public String fullName() {
        return namespace + "/" + name;
    }

    public Stream<ContainerState> allContainers() {
        return Stream.concat(initContainers.stream(), containers.stream());
    }

    public List<Sample> samples(String metric) {
        return metrics.toOptional().orElse(List.of()).stream().filter(sample -> sample.name().equals(metric)).toList();
    }

    /// The events of its log, where it has the form of node-setup's.
    public List<LogEvent> events() {
        return log.toOptional().stream().flatMap(LogEvent::parse).toList();
    }
}
