package io.kubeqat.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kubeqat.verify.chain.Fault;
import io.kubeqat.verify.chain.Finding;
import io.kubeqat.verify.chain.Link;
import io.kubeqat.verify.chain.LinkState;
import io.kubeqat.verify.chain.Report;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Both forms of the report.
final class ReportTest {
    private static final Report BROKEN = new Report(List.of(
            new Report.Part(Optional.empty(), List.of(new Finding(Link.INSTALLATION, "DaemonSet", new LinkState.Holds("there")))),
            new Report.Part(Optional.of("n1"), List.of(
                    new Finding(Link.COUNTERS, "0000:6b:00.0", new LinkState.Idle("0 requests")),
                    new Finding(Link.CARD, "0000:6b:00.0", new LinkState.Broken(Fault.CARD_SICK, "no\nheartbeat"))))));

    @Test
    void theTableEndsWithTheFirstBrokenLinkAndItsNextStep() {
        assertThat(ReportTable.of(BROKEN)).isEqualTo("""
                cluster
                  LINK          OF         STATE  SEEN
                  installation  DaemonSet  ok     there

                node n1
                  LINK      OF            STATE   SEEN
                  card      0000:6b:00.0  BROKEN  no heartbeat
                  counters  0000:6b:00.0  -       0 requests

                First broken link: card of 0000:6b:00.0 (node n1)
                  symptom    %s
                  seen       no heartbeat
                  next step  %s
                """.formatted(Fault.CARD_SICK.symptom(), Fault.CARD_SICK.nextStep()));
    }

    @Test
    void theTableOfAWholeChainSaysSo() {
        assertThat(ReportTable.of(new Report(List.of(BROKEN.parts().getFirst())))).endsWith("\nEvery link holds.\n");
    }

    @Test
    void theTableSaysWhenNotAllCouldBeLookedAt() {
        Report unclear = new Report(List.of(new Report.Part(Optional.empty(), List.of(new Finding(Link.CONFIGURATION, "ConfigMap", new LinkState.Unseen("forbidden"))))));

        assertThat(ReportTable.of(unclear)).contains("ConfigMap  ?      forbidden").endsWith("could not be looked at.\n");
    }

    @Test
    void jsonHasTheSame() {
        Map<?, ?> json = new KubernetesSerialization().unmarshal(ReportJson.of(BROKEN), Map.class);

        assertThat(json.get("verdict")).isEqualTo("broken");
        assertThat(json.get("firstBroken")).isEqualTo(Map.of("node", "n1", "link", "card", "of", "0000:6b:00.0", "state", "broken", "seen", "no\nheartbeat",
                "fault", "card-sick", "symptom", Fault.CARD_SICK.symptom(), "nextStep", Fault.CARD_SICK.nextStep()));
        assertThat((List<?>) json.get("parts")).hasSize(2).element(0)
                .isEqualTo(Map.of("links", List.of(Map.of("link", "installation", "of", "DaemonSet", "state", "holds", "seen", "there"))));
    }
}
