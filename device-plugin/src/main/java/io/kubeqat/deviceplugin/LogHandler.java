package io.kubeqat.deviceplugin;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// One event a line on one stream: `2026-11-24T06:30:00.123Z INFO  registered resource=…`. Works until the very end of the process, when `java.util.logging`
/// has already dropped its handlers.
final class LogHandler extends Handler {
    /// Netty warns of each connection that a Unix socket has no `SO_KEEPALIVE`, which gRPC asks for whatever the socket is. A field,
    /// because loggers that nobody holds are forgotten, level and all.
    private static final Logger BOOTSTRAP = Logger.getLogger("io.netty.bootstrap");

    private static final Logger OURS = Logger.getLogger("io.kubeqat");

    private final PrintStream out;

    private LogHandler(PrintStream out) {
        this.out = out;
        setFormatter(new Line());
    }

    /// Sends all logs of the process to `out`, from `level` on.
    static LogHandler install(PrintStream out, Level level) {
        LogHandler handler = new LogHandler(out);
        LogManager.getLogManager().reset();
        BOOTSTRAP.setLevel(Level.SEVERE);
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        // Libraries tell their own story below WARNING, which is not the operator's.
        root.setLevel(Level.WARNING);
        OURS.setLevel(level);
        return handler;
    }

    @Override
    public void publish(LogRecord event) {
        out.print(getFormatter().format(event));
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void close() {
        flush();
    }

    private static final class Line extends Formatter {
        @Override
        public String format(LogRecord event) {
            StringBuilder line = new StringBuilder(200)
                    .append(event.getInstant().truncatedTo(ChronoUnit.MILLIS))
                    .append(' ')
                    .append(name(event.getLevel()))
                    .append(' ')
                    .append(formatMessage(event).replace('\n', ' '))
                    .append('\n');
            if (event.getThrown() != null) {
                StringWriter trace = new StringWriter();
                event.getThrown().printStackTrace(new PrintWriter(trace, true));
                line.append(trace);
            }
            return line.toString();
        }

        private static String name(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return "ERROR";
            }
            if (level.intValue() >= Level.WARNING.intValue()) {
                return "WARN ";
            }
            return level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
        }
    }
}
