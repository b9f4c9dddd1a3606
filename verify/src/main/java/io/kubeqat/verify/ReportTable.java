package io.kubeqat.verify;

import io.kubeqat.verify.chain.Finding;
import io.kubeqat.verify.chain.LinkState;
import io.kubeqat.verify.chain.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The report for people: a table for the cluster and for each node, then the first broken link and what to do about it.
final class ReportTable {
    private static final List<String> HEAD = List.of("LINK", "OF", "STATE", "SEEN");

    private ReportTable() {}

    static String of(Report report) {
        StringBuilder text = new StringBuilder();
        for (Report.Part part : report.parts()) {
            text.append(part.title()).append('\n').append(table(part.findings())).append('\n');
        }
        return text.append(end(report)).toString();
    }

    private static String table(List<Finding> findings) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        findings.forEach(finding -> rows.add(List.of(finding.link().word(), finding.subject(), word(finding.state()), finding.state().seen())));
        int[] widths = new int[HEAD.size() - 1];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        return rows.stream().map(row -> {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append("  ").append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length()));
            }
            return line.append("  ").append(oneLine(row.getLast())).toString().stripTrailing() + "\n";
        }).collect(Collectors.joining());
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ');
    }

    private static String word(LinkState state) {
        return switch (state) {
            case LinkState.Holds _ -> "ok";
            case LinkState.Broken _ -> "BROKEN";
            case LinkState.Unseen _ -> "?";
            case LinkState.Idle _ -> "-";
        };
    }

    private static String end(Report report) {
        return report.firstBroken().map(first -> """
                First broken link: %s of %s (%s)
                  symptom    %s
                  seen       %s
                  next step  %s
                """.formatted(first.finding().link().word(), first.finding().subject(), first.part().title(),
                        first.state().fault().symptom(), oneLine(first.state().seen()), first.state().fault().nextStep()))
                .orElseGet(() -> switch (report.verdict()) {
                    case WHOLE -> "Every link holds.\n";
                    case UNCLEAR -> "No broken link is seen, but the ones marked \"?\" could not be looked at.\n";
                    case BROKEN -> throw new IllegalStateException("broken without a broken link");
                });
    }
}
