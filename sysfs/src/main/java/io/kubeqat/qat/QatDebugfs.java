package io.kubeqat.qat;

import static java.util.Objects.requireNonNull;

import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads what the driver tells in debugfs about a card that is up. All of it is gone while the card is down, on kernels before 6.6, and in a virtual machine.
public final class QatDebugfs {
    private static final Pattern ENGINE = Pattern.compile("\\s*([0-9]{1,4}):\\s+([0-9]{1,20})\\s+([0-9]{1,20})");

    private final Sysfs sysfs;

    public QatDebugfs(Sysfs sysfs) {
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
    }

    /// Asks the card whether it lives; see [Heartbeat] for who may do so and how often. Absent where the driver has no heartbeat now.
    public Optional<Heartbeat> heartbeat(PhysicalFunction pf) {
        String directory = QatPaths.debugfs(pf) + "/heartbeat/";
        return text(directory + "status").map(status -> new Heartbeat(
                switch (status) {
                    case "0" -> true;
                    case "-1" -> false;
                    default -> throw new UnexpectedValueException(sysfs.describe(directory + "status"), status, "expected 0 or -1");
                },
                count(directory + "queries_sent"),
                count(directory + "queries_failed")));
    }

    /// Absent where the driver counts nothing now.
    public Optional<FirmwareCounters> firmwareCounters(PhysicalFunction pf) {
        String path = QatPaths.debugfs(pf) + "/fw_counters";
        return text(path).map(text -> {
            List<FirmwareCounters.Engine> engines = new ArrayList<>();
            // The first line is the heading: AE, Requests, Responses (Linux adf_fw_counters.c).
            for (String line : text.lines().skip(1).toList()) {
                engines.add(engine(path, line));
            }
            return new FirmwareCounters(engines);
        });
    }

    private FirmwareCounters.Engine engine(String path, String line) {
        Matcher matcher = ENGINE.matcher(line);
        if (!matcher.matches()) {
            throw new UnexpectedValueException(sysfs.describe(path), line, "expected an engine's number, requests and responses");
        }
        return new FirmwareCounters.Engine(
                Integer.parseInt(matcher.group(1)), number(path, matcher.group(2)), number(path, matcher.group(3)));
    }

    private long count(String path) {
        return number(path, text(path).orElse("0"));
    }

    private long number(String path, String value) {
        try {
            return Long.parseUnsignedLong(value);
        } catch (NumberFormatException e) {
            UnexpectedValueException unexpected = new UnexpectedValueException(sysfs.describe(path), value, "expected a count");
            unexpected.initCause(e);
            throw unexpected;
        }
    }

    /// The driver counts the terminating NUL as content (Linux adf_heartbeat_dbgfs.c), so it comes off with the line's end.
    private Optional<String> text(String path) {
        try {
            return Optional.of(sysfs.read(path).replace("\0", "").strip());
        } catch (SysfsException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
