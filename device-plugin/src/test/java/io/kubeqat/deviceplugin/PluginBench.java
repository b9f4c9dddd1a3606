package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.kubelet.FakeKubelet;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Measures two device plugins from the outside, in turns: the kubelet's half of `bench/bench-device-plugin`, which makes what this needs in one directory.
///
/// Of each side there is a program that takes the name of a node and becomes the plugin on it: it writes the time into `started` just before. A node is a
/// directory with `sys`, `dev/vfio` and `kubelet`.
final class PluginBench {
    private static final String CY = "qat.intel.com/cy";
    private static final int SMALL = 64;
    private static final int LARGE = 1024;
    private static final int FIRST_CALLS = 2_000;
    private static final int CALLS = 5_000;
    private static final int MANY_CALLS = 100_000;
    /// Until then the code for a change is compiled; what comes after is the same again and again.
    private static final int FIRST_CHANGES = 1_000;
    private static final int REST_SECONDS = 6;
    private static final int IDLE_SECONDS = 30;
    private static final int LONGEST_START_SECONDS = 20;
    /// What the heap and the compiler's memory differ by from one look to the next.
    private static final double NO_GROWTH_MIB = 2;

    private static final String START = "process start to Register, ms";
    private static final String CPU = "CPU time by then, ms";
    private static final String FIRST = "Allocate, first call ever, ms";
    private static final String ALLOCATE_P50 = "Allocate p50 after 2,000 calls, ms";
    private static final String ALLOCATE_P99 = "Allocate p99 after 2,000 calls, ms";
    private static final String PREFER_P50 = "GetPreferredAllocation p50, ms";
    private static final String PREFER_P99 = "GetPreferredAllocation p99, ms";
    private static final String RSS = "VmRSS " + REST_SECONDS + " s later, MiB";
    private static final String ANONYMOUS = "of it anonymous, MiB";

    private final Path work;
    private final int rounds;
    private final int changes;
    private final Instant began = Instant.now();
    private int held;
    private int missed;

    private PluginBench(Path work, int rounds, int changes) {
        this.work = work;
        this.rounds = rounds;
        this.changes = changes;
    }

    private enum Side {
        OURS("ours"),
        PEER("peer");

        private final String program;

        Side(String program) {
            this.program = program;
        }
    }

    /// What is wanted of a figure of ours.
    private sealed interface Bound {
        /// At most this many times the peer's.
        record Times(double factor) implements Bound {}

        record AtMost(double value) implements Bound {}
    }

    /// The bounds by size of the node and figure, which is also called so in the table; a figure without one is there to be read.
    private static Map<String, Bound> bounds(int vfs) {
        boolean small = vfs == SMALL;
        Map<String, Bound> bounds = new LinkedHashMap<>(Map.of(
                START, new Bound.Times(small ? 0.30 : 0.35),
                FIRST, new Bound.AtMost(25),
                ALLOCATE_P50, new Bound.Times(1.2),
                ALLOCATE_P99, new Bound.Times(1.2),
                RSS, new Bound.AtMost(small ? 62 : 66),
                ANONYMOUS, new Bound.AtMost(28)));
        if (!small) {
            bounds.put(PREFER_P99, new Bound.Times(0.5));
        }
        return bounds;
    }

    /// A plugin that runs, and its kubelet.
    private final class Run implements AutoCloseable {
        private final Path node;
        private final FakeKubelet kubelet;
        private final Process process;

        Run(Side side, String nodeName) throws IOException {
            node = work.resolve(nodeName);
            kubelet = new FakeKubelet(node.resolve("kubelet"));
            kubelet.start();
            Files.deleteIfExists(node.resolve("started"));
            process = new ProcessBuilder(work.resolve(side.program).toString(), node.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(node.resolve(side.program + ".log").toFile())
                    .start();
        }

        double startMillis() throws IOException, InterruptedException {
            kubelet.awaitRegistrations(1);
            Instant registered = Instant.now();
            double started = Double.parseDouble(Files.readString(node.resolve("started")).strip());
            return (registered.getEpochSecond() - started) * 1e3 + registered.getNano() / 1e6;
        }

        /// Healthy ones: whoever asks a card for its heartbeat within a second of the plugin before is told that it has none.
        List<String> ids(int vfs) throws InterruptedException {
            return kubelet.awaitList(CY, list -> healthy(list) == vfs).stream().map(Device::getID).toList();
        }

        /// In MiB: VmRSS and RssAnon of `/proc/PID/status`.
        double memory(String field) throws IOException {
            return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                    .filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow() / 1024.0;
        }

        /// Of the threads that are there now, in nanoseconds: `/proc/PID/stat` counts in hundredths of a second only.
        double cpuMillis() throws IOException {
            double nanos = 0;
            try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
                for (Path thread : threads.toList()) {
                    try {
                        nanos += Double.parseDouble(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
                    } catch (NoSuchFileException _) {
                        // A thread that has just ended.
                        continue;
                    }
                }
            }
            return nanos / 1e6;
        }

        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
            kubelet.close();
        }
    }

    /// @param arguments the directory, how many rounds, and how many inventory changes
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LogHandler.install(System.err, Level.SEVERE);
        PluginBench bench = new PluginBench(Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        bench.calls(SMALL);
        bench.calls(LARGE);
        bench.idle();
        bench.growth();
        bench.oneVfWithoutGroup();
        System.out.printf("%n%d of %d bounds hold%n", bench.held, bench.held + bench.missed);
    }

    private void calls(int vfs) throws IOException, InterruptedException {
        String node = "vfs-" + vfs;
        progress(vfs + " VFs: once for nothing, because the first calls of this very process are slow");
        measure(Side.PEER, node, vfs, new LinkedHashMap<>());
        SequencedMap<String, double[][]> figures = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Side side : Side.values()) {
                progress(vfs + " VFs: round " + (round + 1) + " of " + rounds + ", " + side.program);
                SequencedMap<String, Double> one = new LinkedHashMap<>();
                measure(side, node, vfs, one);
                int column = round;
                one.forEach((name, value) -> figures.computeIfAbsent(name, _ -> new double[2][rounds])[side.ordinal()][column] = value);
            }
        }
        heading(vfs + " VFs, medians of " + rounds + " rounds in turns");
        figures.forEach((name, both) -> row(name, both[0], both[1], bounds(vfs).get(name)));
    }

    private void measure(Side side, String node, int vfs, SequencedMap<String, Double> figures) throws IOException, InterruptedException {
        try (Run run = new Run(side, node)) {
            figures.put(START, run.startMillis());
            figures.put(CPU, run.cpuMillis());
            List<String> ids = run.ids(vfs);
            IntConsumer allocate = i -> run.kubelet.allocate(CY, ids.get(i % vfs));
            IntConsumer prefer = i -> run.kubelet.preferred(CY, ids, List.of(ids.get(i % vfs)), 3);
            figures.put(FIRST, times(1, allocate)[0]);
            times(FIRST_CALLS, allocate);
            times(FIRST_CALLS, prefer);
            double[] allocations = times(CALLS, allocate);
            double[] preferences = times(CALLS, prefer);
            figures.put(ALLOCATE_P50, quantile(allocations, 0.50));
            figures.put(ALLOCATE_P99, quantile(allocations, 0.99));
            figures.put(PREFER_P50, quantile(preferences, 0.50));
            figures.put(PREFER_P99, quantile(preferences, 0.99));
            TimeUnit.SECONDS.sleep(REST_SECONDS);
            figures.put(RSS, run.memory("VmRSS"));
            figures.put(ANONYMOUS, run.memory("RssAnon"));
        }
    }

    private void idle() throws IOException, InterruptedException {
        double[] cpu = new double[2];
        for (Side side : Side.values()) {
            progress("idle for " + IDLE_SECONDS + " s, " + side.program);
            try (Run run = new Run(side, "vfs-" + SMALL)) {
                run.ids(SMALL);
                TimeUnit.SECONDS.sleep(REST_SECONDS);
                double before = run.cpuMillis();
                TimeUnit.SECONDS.sleep(IDLE_SECONDS);
                cpu[side.ordinal()] = (run.cpuMillis() - before) / IDLE_SECONDS;
            }
        }
        heading(SMALL + " VFs, idle");
        row("CPU over " + IDLE_SECONDS + " s, ms a second", new double[] {cpu[0]}, new double[] {cpu[1]}, new Bound.Times(0.5));
    }

    /// Ours alone: the peer looks every 5 s, so that 10,000 changes would take it 14 hours.
    private void growth() throws IOException, InterruptedException {
        try (Run run = new Run(Side.OURS, "vfs-" + SMALL)) {
            List<String> ids = run.ids(SMALL);
            IntConsumer allocate = i -> run.kubelet.allocate(CY, ids.get(i % ids.size()));
            times(FIRST_CALLS, allocate);
            TimeUnit.SECONDS.sleep(REST_SECONDS);
            double rss = run.memory("VmRSS");
            double anonymous = run.memory("RssAnon");
            progress("growth: " + MANY_CALLS + " calls");
            times(MANY_CALLS, allocate);
            TimeUnit.SECONDS.sleep(REST_SECONDS);
            double rssAfterCalls = run.memory("VmRSS");
            double anonymousAfterCalls = run.memory("RssAnon");
            heading(SMALL + " VFs, ours over time");
            row("VmRSS after " + FIRST_CALLS + " calls, MiB", rss, null);
            row("of it anonymous, MiB", anonymous, null);
            row("VmRSS growth by " + MANY_CALLS + " calls more, MiB", rssAfterCalls - rss, new Bound.AtMost(NO_GROWTH_MIB));
            row("of it anonymous, MiB", anonymousAfterCalls - anonymous, null);
            Path driver = run.node.resolve("sys/bus/pci/drivers/vfio-pci");
            if (!Files.exists(driver.resolve("unbind"))) {
                return;
            }
            changes(run, driver, ids, FIRST_CHANGES);
            TimeUnit.SECONDS.sleep(REST_SECONDS);
            double rssAfterFirst = run.memory("VmRSS");
            double anonymousAfterFirst = run.memory("RssAnon");
            row("VmRSS growth by the first " + FIRST_CHANGES + " changes, MiB", rssAfterFirst - rssAfterCalls, null);
            row("of it anonymous, MiB", anonymousAfterFirst - anonymousAfterCalls, null);
            double[] toWire = changes(run, driver, ids, changes);
            TimeUnit.SECONDS.sleep(REST_SECONDS);
            row("VmRSS growth by " + changes + " changes more, MiB", run.memory("VmRSS") - rssAfterFirst, new Bound.AtMost(NO_GROWTH_MIB));
            row("of it anonymous, MiB", run.memory("RssAnon") - anonymousAfterFirst, null);
            row("VF unbound or bound to list on the wire, p50, ms", quantile(toWire, 0.50), null);
            row("the same, p99, ms", quantile(toWire, 0.99), null);
            row("the same, longest of " + changes + ", ms", quantile(toWire, 1), new Bound.AtMost(1000));
        }
    }

    /// @param count an even number leaves every VF bound, as it was
    private double[] changes(Run run, Path driver, List<String> ids, int count) {
        double[] toWire = new double[count];
        for (int i = 0; i < count; i++) {
            if (i % 1000 == 0) {
                progress("growth: inventory change " + i + " of " + count);
            }
            boolean away = i % 2 == 0;
            String vf = ids.get(i / 2 % ids.size());
            toWire[i] = times(1, _ -> change(run, driver.resolve(away ? "unbind" : "bind"), vf, SMALL - (away ? 1 : 0)))[0];
        }
        return toWire;
    }

    private static void change(Run run, Path file, String vf, int healthy) {
        try {
            Files.writeString(file, vf, StandardOpenOption.WRITE);
            run.kubelet.awaitList(CY, list -> healthy(list) == healthy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void oneVfWithoutGroup() throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        for (Side side : Side.values()) {
            progress("one of 8 VFs without an IOMMU group, " + side.program);
            try (Run run = new Run(side, "no-group")) {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_START_SECONDS);
                while (run.kubelet.list(CY).isEmpty() && run.process.isAlive() && System.nanoTime() - end < 0) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
                long healthy = healthy(run.kubelet.list(CY));
                lines.add("   " + side.program + ": " + (run.kubelet.awaitRegistrations(0).isEmpty() ? "no registration" : "registered") + ", " + healthy
                        + " of 8 VFs Healthy, process " + (run.process.isAlive() ? "runs" : "has ended")
                        + (side == Side.OURS ? "   " + judged("7 Healthy", healthy == 7) : ""));
            }
        }
        System.out.printf("%nOne of 8 VFs has no IOMMU group%n");
        lines.forEach(System.out::println);
    }

    private static long healthy(List<Device> list) {
        return list.stream().filter(device -> device.getHealth().equals("Healthy")).count();
    }

    private void progress(String what) {
        Duration since = Duration.between(began, Instant.now());
        System.err.printf("bench-device-plugin: %d:%02d %s%n", since.toMinutes(), since.toSecondsPart(), what);
    }

    private static void heading(String what) {
        System.out.printf("%n%-52s %10s %10s %7s%n", what, "ours", "peer", "ratio");
    }

    private void row(String name, double ours, Bound bound) {
        System.out.printf(Locale.ROOT, "   %-49s %10.2f %10s %7s   %s%n", name, ours, "", "", judged(ours, Double.NaN, bound));
    }

    private void row(String name, double[] ours, double[] peer, Bound bound) {
        double our = median(ours);
        double their = median(peer);
        System.out.printf(Locale.ROOT, "   %-49s %10.2f %10.2f %7.2f   %s%s%n", name, our, their, our / their, judged(our, their, bound), ours.length == 1 ? "" :
                "(%.2f to %.2f; peer %.2f to %.2f)".formatted(quantile(ours, 0), quantile(ours, 1), quantile(peer, 0), quantile(peer, 1)));
    }

    private String judged(double ours, double peer, Bound bound) {
        return switch (bound) {
            case null -> " ".repeat(32);
            case Bound.Times(double factor) -> judged(String.format(Locale.ROOT, "at most %.2f x", factor), ours <= factor * peer);
            case Bound.AtMost(double value) -> judged(String.format(Locale.ROOT, "at most %.0f", value), ours <= value);
        };
    }

    private String judged(String bound, boolean holds) {
        if (holds) {
            held++;
        } else {
            missed++;
        }
        return "%-16s%-16s".formatted(bound, holds ? "holds" : "DOES NOT HOLD");
    }

    private static double[] times(int calls, IntConsumer call) {
        return IntStream.range(0, calls).mapToDouble(i -> {
            long before = System.nanoTime();
            call.accept(i);
            return (System.nanoTime() - before) / 1e6;
        }).toArray();
    }

    private static double median(double[] values) {
        return quantile(values, 0.5);
    }

    private static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(q * sorted.length) - 1)];
    }
}
