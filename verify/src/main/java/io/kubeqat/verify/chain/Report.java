package io.kubeqat.verify.chain;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What has become of the whole chain.
///
/// @param parts the cluster, then each node
public record Report(List<Part> parts) {
    public Report {
        parts = List.copyOf(parts);
    }

    /// @param node absent for what belongs to no node
    /// @param findings in the order of the links
    public record Part(Optional<String> node, List<Finding> findings) {
        public Part {
            findings = findings.stream().sorted(Comparator.comparing(Finding::link)).toList();
        }

        /// `cluster`, or `node n1`.
        public String title() {
            return node.map(name -> "node " + name).orElse("cluster");
        }

        public Optional<Finding> firstBroken() {
            return findings.stream().filter(finding -> finding.state() instanceof LinkState.Broken).findFirst();
        }
    }

    /// A broken link and where it is.
    public record Break(Part part, Finding finding, LinkState.Broken state) {}

    public enum Verdict {
        /// Every link holds that there is.
        WHOLE,
        BROKEN,
        /// Nothing is seen to be broken, but not everything could be looked at.
        UNCLEAR
    }

    /// The break that the others may come of.
    public Optional<Break> firstBroken() {
        Stream<Break> breaks = parts.stream().flatMap(part -> part.findings().stream()
                .flatMap(finding -> finding.state() instanceof LinkState.Broken broken ? Stream.of(new Break(part, finding, broken)) : Stream.empty()));
        return breaks.min(Comparator.comparing(each -> each.finding().link()));
    }

    public Verdict verdict() {
        if (firstBroken().isPresent()) {
            return Verdict.BROKEN;
        }
        boolean unseen = parts.stream().flatMap(part -> part.findings().stream()).anyMatch(finding -> finding.state() instanceof LinkState.Unseen);
        return unseen ? Verdict.UNCLEAR : Verdict.WHOLE;
    }
}
