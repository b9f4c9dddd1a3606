package io.kubeqat.nodesetup;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// One event a line: time, level, what happened, then `key=value`.
final class EventLog {
    enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    private final PrintStream out;
    private final InstantSource clock;
    private final Level lowest;

    EventLog(PrintStream out, InstantSource clock, Level lowest) {
        this.out = requireNonNull(out, "out is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.lowest = requireNonNull(lowest, "lowest is null");
    }

    /// Whether an event of this level is written, for whoever has to put much together for it.
    boolean tells(Level level) {
        return level.compareTo(lowest) >= 0;
    }

    /// @param keysAndValues alternating
    void log(Level level, String event, Object... keysAndValues) {
        if (!tells(level)) {
            return;
        }
        SequencedMap<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            fields.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        StringBuilder line = new StringBuilder()
                .append(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .append(' ')
                .append(level)
                .append(' ')
                .append(event);
        for (Map.Entry<String, Object> field : fields.entrySet()) {
            line.append(' ').append(field.getKey()).append('=').append(quoted(String.valueOf(field.getValue())));
        }
        // One call, so that two threads cannot mix their lines.
        out.println(line);
    }

    void debug(String event, Object... keysAndValues) {
        log(Level.DEBUG, event, keysAndValues);
    }

    void info(String event, Object... keysAndValues) {
        log(Level.INFO, event, keysAndValues);
    }

    void warn(String event, Object... keysAndValues) {
        log(Level.WARN, event, keysAndValues);
    }

    void error(String event, Object... keysAndValues) {
        log(Level.ERROR, event, keysAndValues);
    }

    private static String quoted(String value) {
        return isPlain(value)
                ? value
                : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    /// Without a regular expression: the classes for those are not there yet at the start of a program, and there are hundreds of values.
    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char letter = value.charAt(i);
            if (letter <= ' ' || letter == '"' || letter == '=') {
                return false;
            }
        }
        return !value.isEmpty();
    }
}
