package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.inventory.CardMonitor;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.deviceplugin.inventory.Tolerance;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The settings in force, checked.
///
/// @param allocationPolicy which card to prefer
/// @param cdiDirectory where to write the specification of the container device interface; absent where devices are handed out as nodes
/// @param tolerance how often a measurement has to contradict what is held to be true
/// @param healthInterval how often to measure the cards
/// @param status where the status pages listen; absent where they are off
/// @param kubeletDirectory where the kubelet's socket is and ours go
/// @param logLevel what to log
/// @param models a table of cards that adds to the built-in one
/// @param output how to print the list
/// @param pluginsRegistry where the kubelet looks for plugins; absent where the plugin registers instead
/// @param resourcePrefix what stands before the `/` of each resource name
/// @param scanInterval how often to look at the devices
/// @param sysfs the tree to read them from
/// @param vfioDirectory where the node's VFIO devices are
record DevicePluginConfig(
        AllocationPolicy allocationPolicy,
        Optional<Path> cdiDirectory,
        Tolerance tolerance,
        Duration healthInterval,
        Optional<InetSocketAddress> status,
        Path kubeletDirectory,
        Level logLevel,
        Optional<Path> models,
        Output output,
        Optional<Path> pluginsRegistry,
        String resourcePrefix,
        Duration scanInterval,
        Path sysfs,
        Path vfioDirectory) {

    enum Output {
        TABLE,
        JSON
    }

    /// A problem for each value that is wrong, so that one restart mends them all.
    static final class Problems extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Problems(List<String> problems) {
            super("the configuration has " + problems.size() + (problems.size() == 1 ? " problem" : " problems") + ":\n  " + String.join("\n  ", problems));
        }
    }

    /// @throws Problems with everything that is wrong
    static DevicePluginConfig of(CommandLine line) {
        Reading reading = new Reading(line);
        Optional<AllocationPolicy> policy = reading.read(Setting.ALLOCATION_POLICY, String.join(" or ", AllocationPolicy.texts()), AllocationPolicy::of);
        Optional<Integer> bad = reading.read(Setting.HEALTH_BAD_READS, Reading.READS, text -> Reading.number(text, 1, Tolerance.MOST_READS));
        Optional<Integer> good = reading.read(Setting.HEALTH_GOOD_READS, Reading.READS, text -> Reading.number(text, 1, Tolerance.MOST_READS));
        Optional<Duration> health = reading.read(Setting.HEALTH_INTERVAL, "a time from 1s to 1h, as in 1s or 1m", text ->
                Reading.interval(text).filter(time -> time.compareTo(CardMonitor.SHORTEST_INTERVAL) >= 0));
        Optional<InetAddress> address = reading.read(Setting.HTTP_ADDRESS, "an IP address like 127.0.0.1 or ::1", Reading::address);
        Optional<Integer> port = reading.read(Setting.HTTP_PORT, "a number from 0 to 65535", text -> Reading.number(text, 0, 65535));
        Optional<Path> kubelet = reading.read(Setting.KUBELET_DIR, Reading.ABSOLUTE, Reading::absolute);
        Optional<Level> level = reading.read(Setting.LOG_LEVEL, "error, warning, info or debug", Reading::level);
        Optional<Optional<Path>> models = reading.read(Setting.MODELS, Reading.ABSOLUTE + " or nothing", Reading::absoluteOrNothing);
        Optional<Optional<Path>> cdi = reading.read(Setting.CDI_DIR, Reading.ABSOLUTE + " or nothing", Reading::absoluteOrNothing);
        Optional<Output> output = reading.read(Setting.OUTPUT, "table or json", Reading::output);
        Optional<Optional<Path>> registry = reading.read(Setting.PLUGINS_REGISTRY, Reading.ABSOLUTE + " or nothing", Reading::absoluteOrNothing);
        Optional<String> prefix = reading.read(Setting.RESOURCE_PREFIX, "a DNS subdomain like qat.intel.com", text ->
                Optional.of(text).filter(ResourceName::isPrefix));
        Optional<Duration> interval = reading.read(Setting.SCAN_INTERVAL, "a time from 200ms to 1h, as in 500ms or 2s", Reading::interval);
        Optional<Path> sysfs = reading.read(Setting.SYSFS, Reading.ABSOLUTE, Reading::absolute);
        Optional<Path> dev = reading.read(Setting.DEV, Reading.ABSOLUTE, Reading::absolute);
        reading.finish();
        return new DevicePluginConfig(
                policy.orElseThrow(),
                cdi.orElseThrow(),
                new Tolerance(bad.orElseThrow(), good.orElseThrow()),
                health.orElseThrow(),
                port.filter(number -> number != 0).map(number -> new InetSocketAddress(address.orElseThrow(), number)),
                kubelet.orElseThrow(),
                level.orElseThrow(),
                models.orElseThrow(),
                output.orElseThrow(),
                registry.orElseThrow(),
                prefix.orElseThrow(),
                interval.orElseThrow(),
                sysfs.orElseThrow(),
                dev.orElseThrow().resolve("vfio"));
    }

    /// One pass over the settings, with the problems so far.
    private static final class Reading {
        static final String ABSOLUTE = "an absolute path";
        static final String READS = "a number from 1 to " + Tolerance.MOST_READS;
        private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");
        private static final Pattern INTERVAL = Pattern.compile("([0-9]{1,6})(ms|s|m|h)");

        private final CommandLine line;
        private final List<String> problems;

        Reading(CommandLine line) {
            this.line = line;
            this.problems = new ArrayList<>(line.problems());
        }

        <T> Optional<T> read(Setting setting, String expected, Function<String, Optional<T>> parser) {
            CommandLine.Given given = line.value(setting);
            Optional<T> value = parser.apply(given.text());
            if (value.isEmpty()) {
                problems.add(given.source() + " is \"" + given.text() + "\"; expected " + expected);
            }
            return value;
        }

        void finish() {
            if (!problems.isEmpty()) {
                throw new Problems(problems);
            }
        }

        static Optional<Path> absolute(String text) {
            try {
                return Optional.of(Path.of(text)).filter(Path::isAbsolute);
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }

        static Optional<Optional<Path>> absoluteOrNothing(String text) {
            return text.isEmpty() ? Optional.of(Optional.empty()) : absolute(text).map(Optional::of);
        }

        static Optional<Level> level(String text) {
            return switch (text) {
                case "error" -> Optional.of(Level.SEVERE);
                case "warning" -> Optional.of(Level.WARNING);
                case "info" -> Optional.of(Level.INFO);
                case "debug" -> Optional.of(Level.FINE);
                default -> Optional.empty();
            };
        }

        static Optional<Output> output(String text) {
            return switch (text) {
                case "table" -> Optional.of(Output.TABLE);
                case "json" -> Optional.of(Output.JSON);
                default -> Optional.empty();
            };
        }

        static Optional<InetAddress> address(String text) {
            try {
                return Optional.of(InetAddress.ofLiteral(text));
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }

        static Optional<Integer> number(String text, int least, int most) {
            return Optional.of(text).filter(NUMBER.asMatchPredicate()).map(Integer::valueOf).filter(number -> number >= least && number <= most);
        }

        static Optional<Duration> interval(String text) {
            Matcher matcher = INTERVAL.matcher(text);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            int number = Integer.parseInt(matcher.group(1));
            Duration interval = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
            return Optional.of(interval).filter(i -> i.compareTo(Duration.ofMillis(200)) >= 0 && i.compareTo(Duration.ofHours(1)) <= 0);
        }
    }
}
