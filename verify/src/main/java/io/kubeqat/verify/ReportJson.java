package io.kubeqat.verify;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kubeqat.verify.chain.Finding;
import io.kubeqat.verify.chain.LinkState;
import io.kubeqat.verify.chain.Report;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// The report for programs; README.md has its form.
final class ReportJson {
    private ReportJson() {}

    static String of(Report report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("verdict", report.verdict().name().toLowerCase(Locale.ROOT));
        report.firstBroken().ifPresent(first -> {
            Map<String, Object> each = new LinkedHashMap<>();
            first.part().node().ifPresent(node -> each.put("node", node));
            each.putAll(finding(first.finding()));
            json.put("firstBroken", each);
        });
        json.put("parts", report.parts().stream().map(part -> {
            Map<String, Object> each = new LinkedHashMap<>();
            part.node().ifPresent(node -> each.put("node", node));
            each.put("links", part.findings().stream().map(ReportJson::finding).toList());
            return each;
        }).toList());
        return new KubernetesSerialization().asJson(json) + "\n";
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("link", finding.link().word());
        json.put("of", finding.subject());
        json.put("state", switch (finding.state()) {
            case LinkState.Holds _ -> "holds";
            case LinkState.Broken _ -> "broken";
            case LinkState.Unseen _ -> "unseen";
            case LinkState.Idle _ -> "idle";
        });
        json.put("seen", finding.state().seen());
        if (finding.state() instanceof LinkState.Broken(var fault, _)) {
            json.put("fault", fault.word());
            json.put("symptom", fault.symptom());
            json.put("nextStep", fault.nextStep());
        }
        return json;
    }
}
