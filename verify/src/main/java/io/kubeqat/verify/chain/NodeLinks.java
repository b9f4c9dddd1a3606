package io.kubeqat.verify.chain;

import io.kubeqat.verify.snapshot.Answer;
import io.kubeqat.verify.snapshot.ContainerState;
import io.kubeqat.verify.snapshot.NodeState;
import io.kubeqat.verify.snapshot.PodState;
import io.kubeqat.verify.snapshot.Sample;
import io.kubeqat.verify.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/// From the agent to what the kubelet offers, of one node.
final class NodeLinks {
    static final String NODE_SETUP = "node-setup";
    private static final String NO_CARD = "no QAT card";
    private static final String AGENT = "qat-device-plugin";

    private final Snapshot snapshot;
    private final NodeState node;
    private final List<PodState> pods;
    private final Optional<PodState> agent;

    NodeLinks(Snapshot snapshot, NodeState node, List<PodState> pods) {
        this.snapshot = snapshot;
        this.node = node;
        this.pods = pods;
        // While one is replaced by the next there are two for a moment.
        this.agent = pods.stream().filter(pod -> pod.kind() == PodState.Kind.AGENT).reduce((one, other) -> other.ready() ? other : one);
    }

    List<Finding> findings() {
        if (!node.ready()) {
            return List.of(Finding.broken(Link.AGENT, node.name(), Fault.NODE_NOT_READY, "the node is not Ready"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(agentFinding());
        agent.ifPresent(pod -> findings.addAll(cards(pod)));
        findings.addAll(resources());
        return findings;
    }

    static boolean hasNoCard(Finding finding) {
        return finding.link() == Link.CARD && finding.state() instanceof LinkState.Idle(String seen) && seen.equals(NO_CARD);
    }

    private Finding agentFinding() {
        if (agent.isEmpty()) {
            return snapshot.agentInstalled().toOptional().orElse(true)
                    ? Finding.broken(Link.AGENT, AGENT, Fault.AGENT_NOT_ON_NODE, "no pod of it is here")
                    : Finding.idle(Link.AGENT, AGENT, "not installed");
        }
        PodState pod = agent.get();
        Optional<String> image = Containers.imageProblem(pod);
        if (image.isPresent()) {
            return Finding.broken(Link.AGENT, pod.name(), Fault.IMAGE_MISSING, image.get());
        }
        if (nodeSetupFailure(pod).isPresent()) {
            return Finding.idle(Link.AGENT, pod.name(), "waits for node-setup, which has failed");
        }
        if (pod.initContainers().stream().anyMatch(container -> container.name().equals(NODE_SETUP) && container.now() instanceof ContainerState.Phase.Running)) {
            return Finding.unseen(Link.AGENT, pod.name(), "node-setup is at work");
        }
        return pod.ready()
                ? Finding.holds(Link.AGENT, pod.name(), "ready" + Containers.restarts(pod))
                : Finding.broken(Link.AGENT, pod.name(), Fault.AGENT_NOT_READY, Containers.trouble(pod));
    }

    private static Optional<ContainerState.Phase.Ended> nodeSetupFailure(PodState pod) {
        return pod.initContainers().stream().filter(container -> container.name().equals(NODE_SETUP)).findFirst().flatMap(ContainerState::failure);
    }

    private List<Finding> cards(PodState pod) {
        Optional<ContainerState.Phase.Ended> failure = nodeSetupFailure(pod);
        SortedSet<String> cards = new TreeSet<>();
        Stream.of("kube_qat_vfs", "kube_qat_pf_healthy", "kube_qat_fw_requests_total")
                .flatMap(metric -> pod.samples(metric).stream())
                .forEach(sample -> cards.add(sample.label("pf")));
        SetupLog log = SetupLog.of(pod.events());
        cards.addAll(log.cards());

        List<Finding> findings = new ArrayList<>();
        failure.flatMap(end -> ofTheWholeNode(log, end)).ifPresent(findings::add);
        if (pod.metrics() instanceof Answer.Missing<List<Sample>>(String why) && pod.ready()) {
            findings.add(Finding.unseen(Link.CARD, pod.name(), "its metrics cannot be read: " + why));
        }
        if (cards.isEmpty() && findings.isEmpty() && pod.ready()) {
            findings.add(Finding.idle(Link.CARD, node.name(), NO_CARD));
        }
        boolean healthKnown = pod.metrics() instanceof Answer.Given;
        for (String card : cards) {
            findings.addAll(new CardLinks(card, pod, log, healthKnown, findings.stream().anyMatch(finding -> finding.link() == Link.VFS)).findings());
        }
        return findings;
    }

    /// Problems that are not of one card: node-setup names them before it looks at any.
    private static Optional<Finding> ofTheWholeNode(SetupLog log, ContainerState.Phase.Ended end) {
        String problems = log.problems().isEmpty() ? "node-setup ended with " + end.code() : String.join("; ", log.problems());
        return switch (end.code()) {
            case 2 -> Optional.of(Finding.broken(Link.VFS, NODE_SETUP, Fault.NODE_SETUP_MISCONFIGURED, problems));
            case 3 -> Optional.of(Finding.broken(Link.VFS, NODE_SETUP, Fault.NODE_NOT_PREPARED, problems));
            case 4 -> log.failures().isEmpty() ? Optional.of(Finding.broken(Link.VFS, NODE_SETUP, Fault.CARD_NOT_SET_UP, problems)) : Optional.empty();
            default -> Optional.of(Finding.broken(Link.VFS, NODE_SETUP, Fault.CARD_NOT_SET_UP, "node-setup ended with " + end.code() + " (" + end.reason() + ")"));
        };
    }

    private List<Finding> resources() {
        List<Sample> vfs = agent.map(pod -> pod.samples("kube_qat_vfs")).orElse(List.of());
        SortedSet<String> names = new TreeSet<>(node.capacity().keySet());
        names.addAll(node.allocatable().keySet());
        vfs.forEach(sample -> names.add(sample.label("resource")));
        return names.stream().map(name -> resource(name, vfs)).toList();
    }

    private Finding resource(String name, List<Sample> vfs) {
        long allocatable = node.allocatable().getOrDefault(name, 0L);
        long taken = pods.stream().mapToLong(pod -> pod.devices().getOrDefault(name, 0L)).sum();
        String seen = "capacity " + node.capacity().getOrDefault(name, 0L) + ", allocatable " + allocatable + ", allocated " + taken;
        boolean unregistered = agent.stream().flatMap(pod -> pod.samples("kube_qat_registered").stream())
                .anyMatch(sample -> sample.label("resource").equals(name) && sample.count() == 0);
        if (unregistered) {
            return Finding.broken(Link.RESOURCE, name, Fault.NOT_REGISTERED, seen);
        }
        List<Sample> ofName = vfs.stream().filter(sample -> sample.label("resource").equals(name)).toList();
        if (ofName.isEmpty()) {
            // The agent does not speak of it: what the kubelet still knows is of an agent that has gone, or of one that cannot be asked.
            return allocatable > 0 ? Finding.holds(Link.RESOURCE, name, seen) : Finding.idle(Link.RESOURCE, name, seen);
        }
        long healthy = ofName.stream().filter(sample -> sample.label("health").equals("healthy")).mapToLong(Sample::count).sum();
        if (healthy != allocatable) {
            return Finding.broken(Link.RESOURCE, name, Fault.KUBELET_DISAGREES, seen + "; the device plugin has " + healthy + " healthy VFs");
        }
        return healthy == 0 ? Finding.idle(Link.RESOURCE, name, seen + "; no VF is healthy") : Finding.holds(Link.RESOURCE, name, seen);
    }
}
