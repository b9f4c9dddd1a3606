package io.kubeqat.verify.chain;

import io.kubeqat.verify.snapshot.PodState;
import io.kubeqat.verify.snapshot.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Card, VFs and driver of one card, from what its node's agent tells.
final class CardLinks {
    private static final String GONE = "vanished with its PF";

    private final String card;
    private final PodState agent;
    private final SetupLog log;
    private final boolean healthKnown;
    private final boolean explained;
    private final List<Sample> vfs;

    /// @param healthKnown whether the agent's metrics could be read
    /// @param explained whether it is said already why there are no VFs
    CardLinks(String card, PodState agent, SetupLog log, boolean healthKnown, boolean explained) {
        this.card = card;
        this.agent = agent;
        this.log = log;
        this.healthKnown = healthKnown;
        this.explained = explained;
        this.vfs = ofCard(agent.samples("kube_qat_vfs"));
    }

    List<Finding> findings() {
        String subject = card.isEmpty() ? "VFs of this virtual machine" : card;
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding(Link.CARD, subject, cardState()));
        LinkState vfsState = vfsState();
        findings.add(new Finding(Link.VFS, subject, vfsState));
        if (!vfs.isEmpty()) {
            findings.add(new Finding(Link.DRIVER, subject, driver()));
        }
        if (!vfs.isEmpty()) {
            findings.add(new Finding(Link.COUNTERS, subject, counters()));
        }
        return findings;
    }

    private List<Sample> ofCard(List<Sample> samples) {
        return samples.stream().filter(sample -> sample.label("pf").equals(card)).toList();
    }

    private LinkState cardState() {
        if (card.isEmpty()) {
            return new LinkState.Idle("the card is the host's");
        }
        Optional<String> reason = vfs.stream().filter(CardLinks::isUnhealthy).map(sample -> sample.label("reason")).filter(text -> text.contains("its PF " + card)).findFirst();
        if (reason.filter(text -> text.startsWith(GONE)).isPresent()) {
            return new LinkState.Broken(Fault.CARD_GONE, reason.get());
        }
        if (reason.filter(text -> text.endsWith(" is down")).isPresent()) {
            return new LinkState.Broken(Fault.CARD_DOWN, reason.get());
        }
        boolean sick = ofCard(agent.samples("kube_qat_pf_healthy")).stream().anyMatch(sample -> sample.count() == 0);
        if (sick) {
            return new LinkState.Broken(Fault.CARD_SICK, reason.orElse("the device plugin calls it unhealthy"));
        }
        if (!healthKnown) {
            return new LinkState.Holds("node-setup has found it");
        }
        List<String> sources = ofCard(agent.samples("kube_qat_pf_source_available")).stream().filter(sample -> sample.count() == 1)
                .map(sample -> sample.label("source")).sorted().toList();
        return new LinkState.Holds(sources.isEmpty() ? "there; its health is not shown" : "healthy by " + String.join(", ", sources));
    }

    private LinkState vfsState() {
        Optional<String> left = Optional.ofNullable(log.leftAlone().get(card));
        Optional<String> failure = Optional.ofNullable(log.failures().get(card));
        long count = vfs.stream().mapToLong(Sample::count).sum();
        if (failure.isPresent()) {
            return new LinkState.Broken(Fault.CARD_NOT_SET_UP, failure.get());
        }
        if (count > 0) {
            long vanished = vfs.stream().filter(sample -> sample.label("reason").startsWith("vanished") && !sample.label("reason").startsWith(GONE)).mapToLong(Sample::count).sum();
            return vanished == count
                    ? new LinkState.Broken(Fault.NO_VFS, "its " + count + " VFs have vanished")
                    : new LinkState.Holds(Long.toString(count));
        }
        if (left.isPresent()) {
            return new LinkState.Idle(left.get());
        }
        if (explained) {
            return new LinkState.Idle("node-setup has changed nothing");
        }
        if (!healthKnown) {
            return Optional.ofNullable(log.ready().get(card)).<LinkState>map(vfs -> new LinkState.Holds(vfs + ", says node-setup"))
                    .orElseGet(() -> new LinkState.Unseen("neither node-setup nor the device plugin tells"));
        }
        return new LinkState.Broken(Fault.NO_VFS, "none");
    }

    private LinkState driver() {
        long count = vfs.stream().mapToLong(Sample::count).sum();
        long healthy = vfs.stream().filter(sample -> !isUnhealthy(sample)).mapToLong(Sample::count).sum();
        String seen = healthy + " of " + count + " healthy on vfio-pci";
        List<Sample> unusable = vfs.stream().filter(CardLinks::isUnhealthy).filter(sample -> !ofTheCard(sample.label("reason"))).toList();
        if (unusable.isEmpty()) {
            return healthy == 0 ? new LinkState.Idle(seen) : new LinkState.Holds(seen);
        }
        String reasons = unusable.stream().map(sample -> sample.count() + " " + sample.label("reason")).collect(Collectors.joining("; "));
        return new LinkState.Broken(fault(unusable.getFirst().label("reason")), seen + "; " + reasons);
    }

    private static Fault fault(String reason) {
        if (reason.startsWith("bound to ")) {
            return Fault.VF_WRONG_DRIVER;
        }
        if (reason.startsWith("in no IOMMU group")) {
            return Fault.VF_WITHOUT_IOMMU;
        }
        return reason.startsWith("shares IOMMU group") ? Fault.VF_GROUP_SHARED : Fault.VF_UNUSABLE;
    }

    /// Whether it is the card's doing, which is said there.
    private static boolean ofTheCard(String reason) {
        return reason.startsWith("its PF ") || reason.startsWith("vanished");
    }

    private static boolean isUnhealthy(Sample sample) {
        return sample.label("health").equals("unhealthy") && sample.count() > 0;
    }

    private LinkState counters() {
        List<Sample> requests = ofCard(agent.samples("kube_qat_fw_requests_total"));
        if (requests.isEmpty()) {
            return new LinkState.Idle("not shown; the component device-plugin/deploy/components/debugfs lets the plugin read them");
        }
        long asked = requests.stream().mapToLong(Sample::count).sum();
        long answered = ofCard(agent.samples("kube_qat_fw_responses_total")).stream().mapToLong(Sample::count).sum();
        String seen = asked + " requests, " + answered + " answers";
        if (asked > 0 && answered == 0) {
            return new LinkState.Broken(Fault.CARD_DOES_NOT_ANSWER, seen);
        }
        return asked > 0 ? new LinkState.Holds(seen) : new LinkState.Idle(seen);
    }
}
