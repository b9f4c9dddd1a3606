package io.kubeqat.verify.chain;

import io.kubeqat.verify.snapshot.NodeState;
import io.kubeqat.verify.snapshot.PodState;
import io.kubeqat.verify.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The whole chain of a snapshot.
public final class Chain {
    private Chain() {}

    /// @param accepted verdicts of the engine that are good enough; without [Acceleration#HW] no card has to be there
    public static Report judge(Snapshot snapshot, Set<Acceleration> accepted) {
        List<Report.Part> nodes = new ArrayList<>();
        for (NodeState node : snapshot.nodes()) {
            List<Finding> findings = new ArrayList<>();
            List<PodState> pods = snapshot.podsOn(node);
            findings.addAll(new NodeLinks(snapshot, node, pods).findings());
            findings.addAll(PodLinks.of(pods));
            findings.addAll(EngineLinks.of(pods, accepted));
            nodes.add(new Report.Part(Optional.of(node.name()), findings));
        }
        List<Report.Part> parts = new ArrayList<>();
        parts.add(new Report.Part(Optional.empty(), new ClusterLinks(snapshot, nodes, accepted.contains(Acceleration.HW)).findings()));
        parts.addAll(nodes);
        return new Report(parts);
    }
}
