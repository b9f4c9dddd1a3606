package io.kubeqat.deviceplugin.json;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// Text, numbers, truth, lists and maps as JSON (RFC 8259). What holds neither list nor map is one line, everything else is indented.
public final class Json {
    private static final String STEP = "  ";

    private Json() {}

    /// Writes a document.
    ///
    /// @param document its keys and values, in the order in which they are written
    /// @return the text, which ends with a line feed
    public static String of(SequencedMap<String, ?> document) {
        return of(document, "\n") + "\n";
    }

    /// A map in the order of the arguments.
    ///
    /// @param keysAndValues a key, its value, a key, …
    /// @return the map, which may be changed
    public static SequencedMap<String, Object> map(Object... keysAndValues) {
        SequencedMap<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i].toString(), keysAndValues[i + 1]);
        }
        return map;
    }

    private static String of(Object value, String line) {
        return switch (value) {
            case Map<?, ?> map -> join(
                    "{", "}", map.entrySet().stream().map(entry -> string(entry.getKey().toString()) + ": " + of(entry.getValue(), line + STEP)).toList(), isFlat(map.values()), line);
            case List<?> list -> join("[", "]", list.stream().map(element -> of(element, line + STEP)).toList(), isFlat(list), line);
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            default -> string(value.toString());
        };
    }

    private static boolean isFlat(Iterable<?> values) {
        for (Object value : values) {
            if (value instanceof Map || value instanceof List) {
                return false;
            }
        }
        return true;
    }

    private static String join(String open, String close, List<String> parts, boolean flat, String line) {
        return flat
                ? parts.stream().collect(Collectors.joining(", ", open, close))
                : parts.stream().map(part -> line + STEP + part).collect(Collectors.joining(",", open, line + close));
    }

    private static String string(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
