package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.kubelet.FakeKubelet;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.stream.IntStream;

/// Measures two device plugins from the outside, in turns: the kubelet's half of `bench/bench-device-plugin`, which makes what this needs in one directory.
///
/// Of each side there is a program that takes the name of a node and becomes the plugin on it: it writes the time into `started` just before. A node is a
/// directory with `dev/vfio` and `kubelet`.
final class PluginBench {
    private static final String CY = "qat.intel.com/cy";
    private static final int FIRST_CALLS = 2_000;
    private static final int CALLS = 5_000;
    private static final int MANY_CALLS = 100_000;
    private static final int CHANGES = 10_000;
    private static final int REST_SECONDS = 6;
    private static final int IDLE_SECONDS = 60;
    private static final int LONGEST_START_SECONDS = 20;
    /// `USER_HZ`, in which `/proc/PID/stat` counts: 100 on every Linux that Java runs on.
    private static final int TICKS_PER_SECOND = 100;

    private final Path work;
    private final int rounds;

    private PluginBench(Path work, int rounds) {
        this.work = work;
        this.rounds = rounds;
    }

    private enum Side {
        OURS("ours"),
        PEER("peer");

        private final String program;

        Side(String program) {
            this.program = program;
        }
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

        List<String> ids(int vfs) throws InterruptedException {
            return kubelet.awaitList(CY, list -> list.size() == vfs).stream().map(Device::getID).toList();
        }

        /// In KiB: VmRSS and RssAnon of `/proc/PID/status`.
        long memory(String field) throws IOException {
            return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                    .filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        }

        double cpuMillis() throws IOException {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 1e3 / TICKS_PER_SECOND;
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

    /// @param arguments the directory, and how many rounds
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LogHandler.install(System.err, Level.SEVERE);
        PluginBench bench = new PluginBench(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        bench.calls(64);
        bench.calls(1024);
        bench.idle();
        bench.growth();
        bench.oneVfWithoutGroup();
    }

    private void calls(int vfs) throws IOException, InterruptedException {
        String node = "vfs-" + vfs;
        // The first calls of this very process are slow; they are nobody's.
        measure(Side.PEER, node, vfs, new TreeMap<>());
        SortedMap<String, double[][]> figures = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Side side : Side.values()) {
                SortedMap<String, Double> one = new TreeMap<>();
                measure(side, node, vfs, one);
                int column = round;
                one.forEach((name, value) -> figures.computeIfAbsent(name, _ -> new double[2][rounds])[side.ordinal()][column] = value);
            }
        }
        System.out.printf(Locale.ROOT, "%n%d VFs, medians of %d rounds in turns%n   %-46s %10s %10s %7s%n", vfs, rounds, "", "ours", "peer", "ratio");
        figures.forEach((name, both) -> {
            double ours = median(both[0]);
            double peer = median(both[1]);
            System.out.printf(Locale.ROOT, "   %-46s %10.2f %10.2f %7.2f   (ours %.2f to %.2f)%n", name.substring(3), ours, peer, ours / peer,
                    Arrays.stream(both[0]).min().orElseThrow(), Arrays.stream(both[0]).max().orElseThrow());
        });
    }

    private void measure(Side side, String node, int vfs, SortedMap<String, Double> figures) throws IOException, InterruptedException {
        try (Run run = new Run(side, node)) {
            figures.put("00 process start to Register, ms", run.startMillis());
            figures.put("01 CPU time by then, ms", run.cpuMillis());
            List<String> ids = run.ids(vfs);
            IntConsumer allocate = i -> run.kubelet.allocate(CY, ids.get(i % vfs));
            IntConsumer prefer = i -> run.kubelet.preferred(CY, ids, List.of(ids.get(i % vfs)), 3);
            figures.put("02 Allocate, first call ever, ms", times(1, allocate)[0]);
            times(FIRST_CALLS, allocate);
            times(FIRST_CALLS, prefer);
            double[] allocations = times(CALLS, allocate);
            double[] preferences = times(CALLS, prefer);
            figures.put("03 Allocate p50 after " + FIRST_CALLS + " calls, ms", quantile(allocations, 0.50));
            figures.put("04 Allocate p99 after " + FIRST_CALLS + " calls, ms", quantile(allocations, 0.99));
            figures.put("05 GetPreferredAllocation p50, ms", quantile(preferences, 0.50));
            figures.put("06 GetPreferredAllocation p99, ms", quantile(preferences, 0.99));
            TimeUnit.SECONDS.sleep(REST_SECONDS);
            figures.put("07 VmRSS " + REST_SECONDS + " s later, MiB", run.memory("VmRSS") / 1024.0);
            figures.put("08 of it anonymous, MiB", run.memory("RssAnon") / 1024.0);
        }
    }

    private void idle() throws IOException, InterruptedException {
        double[] cpu = new double[2];
        for (Side side : Side.values()) {
            try (Run run = new Run(side, "vfs-64")) {
                run.ids(64);
                TimeUnit.SECONDS.sleep(REST_SECONDS);
                double before = run.cpuMillis();
                TimeUnit.SECONDS.sleep(IDLE_SECONDS);
                cpu[side.ordinal()] = (run.cpuMillis() - before) / IDLE_SECONDS;
            }
        }
        System.out.printf(Locale.ROOT, "%nCPU while idle, 64 VFs, ms a second over %d s: ours %.2f, peer %.2f, ratio %.2f%n", IDLE_SECONDS, cpu[0], cpu[1], cpu[0] / cpu[1]);
    }

    /// Ours alone: the peer looks every 5 s, so that 10,000 changes would take it 14 hours.
    private void growth() throws IOException, InterruptedException {
        try (Run run = new Run(Side.OURS, "vfs-64")) {
            List<String> ids = run.ids(64);
            times(FIRST_CALLS, i -> run.kubelet.allocate(CY, ids.get(i % ids.size())));
            System.out.printf("%nGrowth, 64 VFs, VmRSS and anonymous part, KiB%n");
            print(run, "after " + FIRST_CALLS + " calls");
            times(MANY_CALLS, i -> run.kubelet.allocate(CY, ids.get(i % ids.size())));
            print(run, "and " + MANY_CALLS + " calls");
            Path vfio = run.node.resolve("dev/vfio");
            Path node;
            try (var nodes = Files.list(vfio)) {
                node = nodes.filter(file -> !file.endsWith("vfio")).sorted().findFirst().orElseThrow();
            }
            Path away = run.node.resolve("dev").resolve(node.getFileName());
            double[] changes = times(CHANGES, i -> change(run, i % 2 == 0 ? node : away, i % 2 == 0 ? away : node, 64 - (i + 1) % 2));
            print(run, "and " + CHANGES + " inventory changes");
            System.out.printf(Locale.ROOT, "   from the change of a node to the list on the wire: p50 %.1f ms, p99 %.1f ms, longest %.0f ms%n",
                    quantile(changes, 0.50), quantile(changes, 0.99), quantile(changes, 1));
        }
    }

    private static void change(Run run, Path from, Path to, int healthy) {
        try {
            Files.move(from, to);
            run.kubelet.awaitList(CY, list -> list.stream().filter(device -> device.getHealth().equals("Healthy")).count() == healthy);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void print(Run run, String when) throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(REST_SECONDS);
        System.out.printf("   %-32s %7d %7d%n", when, run.memory("VmRSS"), run.memory("RssAnon"));
    }

    private void oneVfWithoutGroup() throws IOException, InterruptedException {
        System.out.printf("%nOne of 8 VFs has no IOMMU group%n");
        for (Side side : Side.values()) {
            try (Run run = new Run(side, "no-group")) {
                TimeUnit.SECONDS.sleep(LONGEST_START_SECONDS);
                long healthy = run.kubelet.list(CY).stream().filter(device -> device.getHealth().equals("Healthy")).count();
                System.out.printf("   %s: %s, %d of 8 VFs Healthy, process %s%n", side.program,
                        run.kubelet.awaitRegistrations(0).isEmpty() ? "no registration" : "registered", healthy, run.process.isAlive() ? "runs" : "has ended");
            }
        }
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
        return sorted[(int) Math.ceil(q * sorted.length) - 1];
    }
}
