package io.kubeqat.qat;

import static java.util.Objects.requireNonNull;

import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads what the driver tells in debugfs about a card that is up. All of it is gone while the card is down, on kernels before 6.6, and in a virtual machine.
public final class QatDebugfs {
    private static final Pattern ENGINE = Pattern.compile("\\s*([0-9]{1,4}):\\s+([0-9]{1,20})\\s+([0-9]{1,20})");

    private static final Pattern MEASURED = Pattern.compile("(\\S{1,64})\\s+([0-9]{1,20})(?:\\s+[0-9]{1,20}){0,3}\\s*");

    private final Sysfs sysfs;

    /// Reads nothing yet.
    ///
    /// @param sysfs the tree in which debugfs is `kernel/debug`
    public QatDebugfs(Sysfs sysfs) {
        this.sysfs = requireNonNull(sysfs, "sysfs is null");
    }

    /// Asks the card whether it lives; see [Heartbeat] for who may do so and how often.
    ///
    /// @param pf the card
    /// @return its answer; absent where the driver has no heartbeat now
    /// @throws SysfsException when a file is there and cannot be read, for want of rights for instance
    /// @throws UnexpectedValueException when a file holds neither 0 nor -1, or no count
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

    /// How much the card's engines have worked.
    ///
    /// @param pf the card
    /// @return the counters; absent where the driver counts nothing now
    /// @throws SysfsException when the file is there and cannot be read
    /// @throws UnexpectedValueException when a line of it is no engine's
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

    /// What the card measures of itself.
    ///
    /// @param pf the card
    /// @return the values; absent where the card measures nothing now: it is down, was not told to (`telemetry/control` is 0), or the kernel is older than 6.8
    /// @throws SysfsException when the file is there and cannot be read for another reason
    /// @throws UnexpectedValueException when a line of it is no value
    public Optional<Telemetry> telemetry(PhysicalFunction pf) {
        String path = QatPaths.debugfs(pf) + "/telemetry/device_data";
        return measured(path).map(text -> new Telemetry(values(path, text.lines().toList())));
    }

    /// What the card measures of one ring pair.
    ///
    /// @param pf the card
    /// @param file which of the four that the driver watches at once, `A` to `D`
    /// @return the values; absent as [#telemetry] is, and where no ring pair was chosen by a write to the file
    /// @throws IllegalArgumentException for another letter
    /// @throws SysfsException when the file is there and cannot be read for another reason
    /// @throws UnexpectedValueException when it does not say which ring pair and service it is about
    public Optional<RingPairTelemetry> ringPairTelemetry(PhysicalFunction pf, char file) {
        if (file < 'A' || file > 'D') {
            throw new IllegalArgumentException("\"" + file + "\" is none of a card's telemetry files; expected A to D");
        }
        String path = QatPaths.debugfs(pf) + "/telemetry/rp_" + file + "_data";
        return measured(path).map(text -> {
            List<String> lines = text.lines().toList();
            String service = lines.stream()
                    .filter(line -> line.startsWith("service_type"))
                    .map(line -> line.substring("service_type".length()).strip())
                    .findFirst()
                    .orElseThrow(() -> new UnexpectedValueException(sysfs.describe(path), text, "expected a line service_type"));
            SequencedMap<String, Long> values = values(path, lines.stream().filter(line -> !line.startsWith("service_type")).toList());
            Long ringPair = values.remove("rp_num");
            if (ringPair == null) {
                throw new UnexpectedValueException(sysfs.describe(path), text, "expected a line rp_num");
            }
            return new RingPairTelemetry(Math.toIntExact(ringPair), service, values);
        });
    }

    /// The driver answers EPERM while telemetry is switched off (Linux adf_tl_debugfs.c, tl_print_dev_data).
    private Optional<String> measured(String path) {
        try {
            return text(path);
        } catch (SysfsException e) {
            if (e.errno() == Errno.EPERM) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private SequencedMap<String, Long> values(String path, List<String> lines) {
        SequencedMap<String, Long> values = new LinkedHashMap<>();
        for (String line : lines) {
            Matcher matcher = MEASURED.matcher(line);
            if (!matcher.matches()) {
                throw new UnexpectedValueException(sysfs.describe(path), line, "expected a name, a value, and with it at most minimum, maximum and average");
            }
            values.put(matcher.group(1), number(path, matcher.group(2)));
        }
        return values;
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
