package io.kubeqat.verify.chain;

import static io.kubeqat.verify.chain.Whole.AGENT;
import static io.kubeqat.verify.chain.Whole.CARD;
import static io.kubeqat.verify.chain.Whole.INGRESS;
import static io.kubeqat.verify.chain.Whole.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.verify.snapshot.Answer;
import io.kubeqat.verify.snapshot.NodeState;
import io.kubeqat.verify.snapshot.Snapshot;
import io.kubeqat.verify.snapshot.TlsHost;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ChainTest {
    private static final Set<Acceleration> ANY_ACCELERATION = EnumSet.of(Acceleration.HW, Acceleration.SW);

    @Test
    void everyLinkOfAWholeClusterHolds() {
        Report report = judge(Broken.whole().snapshot());

        assertThat(report.verdict()).isEqualTo(Report.Verdict.WHOLE);
        assertThat(report.parts().stream().flatMap(part -> part.findings().stream()))
                .allMatch(finding -> finding.state() instanceof LinkState.Holds)
                .extracting(Finding::link).contains(Link.values());
    }

    @ParameterizedTest
    @EnumSource
    void theFirstBrokenLinkIsTheOneThatIsBroken(Fault fault) {
        Report report = judge(Broken.by(fault));

        assertThat(report.verdict()).isEqualTo(Report.Verdict.BROKEN);
        assertThat(report.firstBroken()).get().extracting(first -> first.state().fault()).isEqualTo(fault);
    }

    @Test
    void everyLinkCanBreak() {
        assertThat(Arrays.stream(Fault.values()).map(fault -> judge(Broken.by(fault)).firstBroken().orElseThrow().finding().link())).contains(Link.values());
    }

    @Test
    void whatCannotBeReadIsUnclearAndNotWhole() {
        Report report = judge(Broken.whole().change(AGENT, pod -> pod.metrics(Answer.missing("pods \"x\" is forbidden"))).snapshot());

        assertThat(report.verdict()).isEqualTo(Report.Verdict.UNCLEAR);
        assertThat(find(report, Link.CARD, AGENT)).isEqualTo(new LinkState.Unseen("its metrics cannot be read: pods \"x\" is forbidden"));
        assertThat(find(report, Link.VFS, CARD)).as("node-setup has told").isEqualTo(new LinkState.Holds("16, says node-setup"));
    }

    @Test
    void aNodeSetupThatIsAtWorkIsNoFault() {
        Report report = judge(Broken.whole().change(AGENT, pod -> pod.setupRuns().metrics(Answer.missing("its containers do not run"))).snapshot());

        assertThat(report.verdict()).isEqualTo(Report.Verdict.UNCLEAR);
        assertThat(find(report, Link.AGENT, AGENT)).isEqualTo(new LinkState.Unseen("node-setup is at work"));
    }

    @Test
    void aCardThatIsLeftToTheHostIsNoFault() {
        Report report = judge(Broken.whole().change(AGENT, pod -> pod
                .replaceInMetrics("kube_qat_devices_not_offered", "kube_qat_pf_healthy{pf=\"0000:e8:00.0\"} 1\nkube_qat_devices_not_offered")
                .log("""
                        T INFO profile name=hosts nodes=all cards=0000:e8:00.0 services=left-to-the-host vfs=left-to-the-host driver=left-to-the-host
                        T INFO found card bdf=0000:e8:00.0 model=401xx profile=hosts
                        """)).snapshot());

        assertThat(report.verdict()).isEqualTo(Report.Verdict.WHOLE);
        assertThat(find(report, Link.VFS, "0000:e8:00.0")).isEqualTo(new LinkState.Idle("left to the host by node-setup's profiles (hosts)"));
    }

    @Test
    void theOtherVfsOfACardStayInService() {
        Report report = judge(Broken.whole().allocatable(15).change(AGENT, pod -> pod.replaceInMetrics("reason=\"\"} 16", "reason=\"\"} 15\n"
                + "kube_qat_vfs{pf=\"0000:6b:00.0\",resource=\"qat.intel.com/cy\",health=\"unhealthy\",reason=\"bound to no driver instead of vfio-pci\"} 1")).snapshot());

        assertThat(find(report, Link.DRIVER, CARD))
                .isEqualTo(new LinkState.Broken(Fault.VF_WRONG_DRIVER, "15 of 16 healthy on vfio-pci; 1 bound to no driver instead of vfio-pci"));
        assertThat(find(report, Link.RESOURCE, NAME)).isEqualTo(new LinkState.Holds("capacity 16, allocatable 15, allocated 3"));
    }

    @Test
    void aVerdictThatIsAcceptedHolds() {
        Snapshot software = Broken.whole().change(INGRESS, pod -> pod.verdict("sw")
                .log("QAT preflight: acceleration=sw wanted=preferred hardware=\"no VF in /dev/vfio\"")).change(AGENT, pod -> pod.replaceInMetrics("} 4711", "} 0")).snapshot();

        assertThat(find(judge(software), Link.ENGINE, "kube-qat/" + INGRESS)).isEqualTo(new LinkState.Holds("sw; hardware: no VF in /dev/vfio"));
        assertThat(judge(software).verdict()).as("a card at rest is no fault").isEqualTo(Report.Verdict.WHOLE);
        assertThat(Chain.judge(software, EnumSet.of(Acceleration.HW)).firstBroken()).get().extracting(first -> first.state().fault()).isEqualTo(Fault.NOT_ACCELERATED);
    }

    @Test
    void whereNoHardwareIsAcceptedNoCardIsMissed() {
        Snapshot snapshot = Broken.whole().agentInstalled(false).without(AGENT).nodes(List.of(Whole.node(Map.of())))
                .change(INGRESS, pod -> pod.verdict("sw")).snapshot();

        assertThat(Chain.judge(snapshot, EnumSet.of(Acceleration.SW)).verdict()).isEqualTo(Report.Verdict.WHOLE);
        assertThat(judge(snapshot).firstBroken()).get().extracting(first -> first.state().fault()).isEqualTo(Fault.AGENT_NOT_INSTALLED);
    }

    @Test
    void aPodThatIsTurnedAwayByItsOwnPreflightHasItsVfs() {
        Report report = judge(Broken.by(Fault.ACCELERATION_REQUIRED));

        assertThat(find(report, Link.POD, "kube-qat/" + INGRESS)).isEqualTo(new LinkState.Holds("3 qat.intel.com/cy, started"));
        assertThat(find(report, Link.ENGINE, "kube-qat/" + INGRESS).seen()).contains("hardware=\"no VF\"");
    }

    @Test
    void theDefaultCertificateStandsInForASecretThatIsNotThere() {
        TlsHost byDefault = new TlsHost("kube-qat/echo-server", "default.example", Optional.empty());
        String served = "haproxyingress_cert_expire_date_epoch{cn=\"default.example\",domain=\"default.example\"} 1.8e+09\n";
        Whole whole = Broken.whole().host(byDefault).change(INGRESS, pod -> pod.replaceInMetrics("haproxyingress_update_success", served + "haproxyingress_update_success"));
        assertThat(judge(whole.snapshot()).verdict()).isEqualTo(Report.Verdict.WHOLE);

        Report report = judge(whole.change(INGRESS, pod -> pod.replaceInMetrics("cn=\"echo.example\"", "cn=\"default.example\"")).snapshot());

        assertThat(find(report, Link.CERTIFICATE, "echo.example"))
                .isEqualTo(new LinkState.Broken(Fault.CERTIFICATE_STANDS_IN, "Ingress kube-qat/echo-server, Secret echo-server-tls; served is CN=default.example"));
        assertThat(find(report, Link.CERTIFICATE, "default.example")).isInstanceOf(LinkState.Holds.class);
    }

    @Test
    void theFirstBrokenLinkOfAllNodesIsTheEarliestInTheChain() {
        Snapshot one = Broken.by(Fault.NOT_ACCELERATED);
        Snapshot two = new Snapshot(one.at(), one.namespace(), one.agentInstalled(),
                List.of(one.nodes().getFirst(), new NodeState("n2", true, new TreeMap<>(), new TreeMap<>())),
                one.pods(), one.configMap(), one.hosts());

        assertThat(judge(two).firstBroken()).get().satisfies(first -> {
            assertThat(first.part().title()).isEqualTo("node n2");
            assertThat(first.state().fault()).isEqualTo(Fault.AGENT_NOT_ON_NODE);
        });
    }

    private static Report judge(Snapshot snapshot) {
        return Chain.judge(snapshot, ANY_ACCELERATION);
    }

    private static LinkState find(Report report, Link link, String subject) {
        return report.parts().stream().flatMap(part -> part.findings().stream())
                .filter(finding -> finding.link() == link && finding.subject().equals(subject))
                .findFirst().orElseThrow(() -> new AssertionError("no " + link + " of " + subject + " in " + report)).state();
    }
}
