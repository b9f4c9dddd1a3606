package io.kubeqat.e2e.manifests;

import java.util.ArrayList;
import java.util.List;

/// The API server's warnings of a namespace labelled `pod-security.kubernetes.io/warn`, taken apart: `would violate PodSecurity "restricted:latest": privileged
/// (container "a" must not set securityContext.privileged=true), runAsUser=0 (container "a" must not set runAsUser=0)`.
final class PodSecurity {
    private static final String VIOLATES = "would violate PodSecurity \"restricted:latest\": ";

    private PodSecurity() {}

    /// The rules that are violated, without who violates them.
    static List<String> violations(String warnings) {
        return warnings.lines().filter(line -> line.contains(VIOLATES)).flatMap(line -> rules(line.substring(line.indexOf(VIOLATES) + VIOLATES.length())).stream()).distinct().toList();
    }

    private static List<String> rules(String text) {
        List<String> rules = new ArrayList<>();
        int depth = 0;
        StringBuilder rule = new StringBuilder();
        for (char c : (text + ",").toCharArray()) {
            if (c == ',' && depth == 0) {
                rules.add(rule.toString().strip());
                rule.setLength(0);
            } else if (c == '(' || c == ')') {
                depth += c == '(' ? 1 : -1;
            } else if (depth == 0) {
                rule.append(c);
            }
        }
        return rules;
    }
}
