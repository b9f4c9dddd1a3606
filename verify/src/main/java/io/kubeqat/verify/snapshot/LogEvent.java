package io.kubeqat.verify.snapshot;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// One line of a log as this project's programs write it: time, level, what happened, then `key=value`.
///
/// @param what such as `card is ready`
public record LogEvent(String level, String what, Map<String, String> fields) {
    private static final Pattern LINE = Pattern.compile("\\S+ (DEBUG|INFO|WARN|ERROR) (.*?)((?: [a-z][a-z0-9-]*=.*)?)");
    private static final Pattern FIELD = Pattern.compile(" ([a-z][a-z0-9-]*)=(\"(?:[^\"\\\\]|\\\\.)*\"|\\S*)");

    public LogEvent {
        fields = Map.copyOf(fields);
    }

    /// The events of a log; other lines, such as stack traces, are left out.
    static Stream<LogEvent> parse(String log) {
        return log.lines().map(LINE::matcher).filter(Matcher::matches).map(line -> new LogEvent(line.group(1), line.group(2), fields(line.group(3))));
    }

    public Optional<String> field(String key) {
        return Optional.ofNullable(fields.get(key));
    }

    /// The fields of a text that has them somewhere, such as `QAT preflight: acceleration=none hardware="no VF"`.
    public static Map<String, String> fields(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher field = FIELD.matcher(text);
        while (field.find()) {
            String value = field.group(2);
            fields.put(field.group(1), value.startsWith("\"") && value.length() > 1
                    ? value.substring(1, value.length() - 1).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
                    : value);
        }
        return fields;
    }
}
