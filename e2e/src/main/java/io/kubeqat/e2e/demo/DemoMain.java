package io.kubeqat.e2e.demo;

import io.kubeqat.e2e.example.Example;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.ClusterOptions;
import io.kubeqat.testbed.ExitCode;
import io.kubeqat.testbed.Progress;
import io.kubeqat.testbed.TestbedException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The demo from the command line.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = DemoMain.Version.class,
        description = "From a bare node with two simulated QAT cards to a TLS answer through HAProxy, on a real cluster, with the evidence of each step.",
        footer = {"", "Exit codes: 0 all evidence holds, 1 unexpected, 2 wrong usage, 3 the machine lacks something, 4 the cluster failed or evidence does not hold."})
public final class DemoMain implements Callable<Integer> {
    @Option(names = "--project", required = true, paramLabel = "DIR", description = "The checkout, with its images built.")
    private Path project;

    @Option(names = "--keep", description = "Leave the cluster up.")
    private boolean keep;

    @Option(names = "--handshakes", defaultValue = "10000", paramLabel = "N", description = "How many full handshakes to make. Default: ${DEFAULT-VALUE}.")
    private int handshakes;

    private DemoMain() {}

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"demo " + DemoMain.class.getPackage().getImplementationVersion()
                    + Optional.ofNullable(System.getProperty("kube-qat.commit")).map("+"::concat).orElse("")};
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new DemoMain()).setExecutionExceptionHandler((e, command, _) -> {
            if (e instanceof TestbedException known) {
                command.getErr().println("demo: " + known.getMessage());
                return known.exitCode().number();
            }
            e.printStackTrace(command.getErr());
            return ExitCode.UNEXPECTED.number();
        }).execute(args));
    }

    @Override
    public Integer call() {
        long start = System.nanoTime();
        Progress progress = step -> System.out.printf("%6.1f s  %s%n", (System.nanoTime() - start) / 1e9, step);
        ClusterOptions options = ClusterOptions.named("demo").withCards(scenario(project));
        try (Cluster cluster = keep ? Cluster.startAndLeave(options, progress) : Cluster.start(options, progress)) {
            boolean holds = run(cluster, progress, System.out);
            if (keep) {
                System.out.println("""

                        The cluster stays. A shell with kubectl and its network, in which the commands of examples/tls-termination/README.md work as they stand:
                          testbed/testbed --name demo shell
                        The end of it:
                          testbed/testbed --name demo down""");
            }
            return (holds ? ExitCode.DONE : ExitCode.CLUSTER_FAILED).number();
        }
    }

    /// The cards of the demo's node.
    static Path scenario(Path project) {
        return project.resolve("simulator/src/main/resources/io/kubeqat/simulator/two-cards.yaml");
    }

    private boolean run(Cluster cluster, Progress progress, PrintStream out) {
        Path work = project.toAbsolutePath().normalize().resolve("e2e/target/demo");
        FailureReport report = new FailureReport(cluster, work.resolve("logs"));
        try {
            Demo demo = new Demo(Example.deploy(cluster, project.toAbsolutePath().normalize(), Example.certificates(work), progress), handshakes, progress);
            List<Evidence> evidence = demo.evidence();
            boolean holds = evidence.stream().allMatch(Evidence::holds);
            if (!holds) {
                out.println(report.write());
            }
            out.println("\nEvidence");
            out.print(Evidence.table(evidence));
            out.println("\nNot proved here");
            demo.notProved().forEach(gap -> out.println("  -     " + gap));
            out.println(holds ? "\nAll evidence holds." : "\nNot all evidence holds. All logs: " + report.folder());
            return holds;
        } catch (TestbedException | IllegalStateException e) {
            out.println(report.write());
            throw new TestbedException(ExitCode.CLUSTER_FAILED, e.getMessage() + "\nAll logs: " + report.folder(), e);
        }
    }
}
