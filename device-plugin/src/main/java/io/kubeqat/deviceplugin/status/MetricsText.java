package io.kubeqat.deviceplugin.status;

import java.util.SequencedMap;

/// Prometheus' text format 0.0.4: families with their samples, in the order in which they are added.
final class MetricsText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder(4096);
    private String family = "";

    MetricsText gauge(String name, String help) {
        return family(name, "gauge", help);
    }

    /// @param name ends in `_total`
    MetricsText counter(String name, String help) {
        return family(name, "counter", help);
    }

    private MetricsText family(String name, String type, String help) {
        family = name;
        text.append("# HELP ").append(name).append(' ').append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /// A sample of the family that was begun last.
    MetricsText sample(SequencedMap<String, String> labels, long value) {
        text.append(family);
        String separator = "{";
        for (var label : labels.entrySet()) {
            text.append(separator).append(label.getKey()).append("=\"").append(escape(label.getValue())).append('"');
            separator = ",";
        }
        text.append(labels.isEmpty() ? "" : "}").append(' ').append(value).append('\n');
        return this;
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
