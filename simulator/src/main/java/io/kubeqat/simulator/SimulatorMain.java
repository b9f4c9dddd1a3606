package io.kubeqat.simulator;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Mounts a simulated `/sys` and keeps it until it is told to end.
@Command(
        name = "simulator",
        mixinStandardHelpOptions = true,
        versionProvider = SimulatorMain.Version.class,
        description = "Mounts QAT cards that exist only in this process as a tree that any program can take for /sys.",
        footer = {
            "",
            "Ends on SIGTERM and SIGINT, unmounts and removes what it made.",
            "Exit codes: 0 ended as told, 1 unexpected, 2 bad option or scenario, 3 the machine lacks something, 4 FUSE refused."
        })
public final class SimulatorMain implements Callable<Integer> {
    private static final String BUILT_IN = "one-card, two-cards";

    @Option(names = "--scenario", paramLabel = "FILE", defaultValue = "one-card",
            description = "The machine to simulate, in YAML, or one of the built-in ones: " + BUILT_IN + ". Default: ${DEFAULT-VALUE}.")
    private String scenario;

    @Option(names = "--mount", paramLabel = "DIR", required = true, description = "An existing directory to mount the tree on.")
    private Path mountPoint;

    @Option(names = "--dev", paramLabel = "DIR",
            description = "Keep DIR/vfio as VFIO keeps /dev/vfio: a node for each group with a VF on vfio-pci. The nodes are null devices.")
    private Path dev;

    private final PrintWriter out;
    private final CountDownLatch told;

    private SimulatorMain(PrintWriter out, CountDownLatch told) {
        this.out = out;
        this.told = told;
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"simulator " + Optional.ofNullable(SimulatorMain.class.getPackage().getImplementationVersion()).orElse("(not packaged)")
                    + Optional.ofNullable(System.getProperty("kube-qat.commit")).map("+"::concat).orElse("")};
        }
    }

    /// Mounts, and stays until it is told to end.
    ///
    /// @param args see `--help`
    public static void main(String[] args) {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        int[] exitCode = {ExitCode.UNEXPECTED.number()};
        // A signal's own exit code is 143; the latch lets the main thread unmount first, and halt gives the code it came to.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("end").unstarted(() -> {
            told.countDown();
            try {
                ended.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(exitCode[0]);
        }));
        try {
            exitCode[0] = commandLine(new PrintWriter(System.out, true), told).execute(args);
        } finally {
            ended.countDown();
        }
        System.exit(exitCode[0]);
    }

    static CommandLine commandLine(PrintWriter out, CountDownLatch told) {
        return new CommandLine(new SimulatorMain(out, told))
                .setOut(out)
                .setExecutionExceptionHandler((e, command, _) -> {
                    if (e instanceof SimulatorException known) {
                        command.getErr().println(known.getMessage());
                        return known.exitCode().number();
                    }
                    e.printStackTrace(command.getErr());
                    return ExitCode.UNEXPECTED.number();
                });
    }

    @Override
    public Integer call() throws InterruptedException {
        Simulator simulator = new Simulator(load(), Clock.systemUTC());
        if (dev == null) {
            serve(simulator);
        } else {
            try (VfioNodes nodes = new VfioNodes(dev)) {
                simulator.listen(nodes);
                serve(simulator);
            }
        }
        return ExitCode.DONE.number();
    }

    private void serve(Simulator simulator) throws InterruptedException {
        try (Mount _ = Mount.on(mountPoint, simulator)) {
            out.println("ready mount=" + mountPoint + " cards=" + simulator.scenario().cards().size());
            told.await();
            // A write that still waits for a holder would keep the mount.
            simulator.closeAll();
        }
    }

    private Scenario load() {
        try {
            Path file = Path.of(scenario);
            if (Files.isRegularFile(file)) {
                return ScenarioReader.read(scenario, Files.readString(file));
            }
            return Scenario.builtIn(scenario).orElseThrow(() -> new SimulatorException(ExitCode.BAD_CONFIGURATION,
                    "--scenario " + scenario + " is neither a file nor a built-in scenario; built in are " + BUILT_IN));
        } catch (IOException e) {
            throw new SimulatorException(ExitCode.BAD_CONFIGURATION, "cannot read the scenario " + scenario + ": " + e.getMessage(), e);
        }
    }
}
