package io.kubeqat.testbed;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// A real single-node cluster from the command line.
@Command(
        name = "testbed",
        mixinStandardHelpOptions = true,
        versionProvider = TestbedMain.Version.class,
        description = "A real single-node Kubernetes cluster to throw away, with simulated QAT cards if asked.",
        footer = {
            "",
            "Exit codes: 0 done, 1 unexpected, 2 wrong usage, 3 the machine lacks something, 4 the cluster failed, 5 no such cluster runs;",
            "kubectl, exec and shell end with the code of what they ran."
        })
public final class TestbedMain {
    @Option(names = "--name", paramLabel = "NAME", defaultValue = "default", scope = ScopeType.INHERIT,
            description = "Which cluster; several run side by side. Default: ${DEFAULT-VALUE}.")
    private String name;

    @Option(names = "--state", paramLabel = "DIR", defaultValue = "/var/lib/kube-qat-testbed", scope = ScopeType.INHERIT,
            description = "Where clusters keep their files while they live. Default: ${DEFAULT-VALUE}.")
    private Path stateRoot;

    @Spec
    private CommandSpec spec;

    private TestbedMain() {}

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"testbed " + Optional.ofNullable(TestbedMain.class.getPackage().getImplementationVersion()).orElse("(not packaged)")
                    + Optional.ofNullable(System.getProperty("kube-qat.commit")).map("+"::concat).orElse("")};
        }
    }

    /// Runs one command of the testbed and ends the process with its exit code.
    ///
    /// @param args see `--help`
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new TestbedMain());
        // What follows the first word is kubectl's, or the node's, options included.
        for (String passing : List.of("kubectl", "exec")) {
            commandLine.getSubcommands().get(passing).setStopAtPositional(true).setUnmatchedOptionsArePositionalParams(true);
        }
        return commandLine.setExecutionExceptionHandler((e, command, _) -> {
            if (e instanceof TestbedException known) {
                command.getErr().println("testbed: " + known.getMessage());
                return known.exitCode().number();
            }
            e.printStackTrace(command.getErr());
            return ExitCode.UNEXPECTED.number();
        });
    }

    private ClusterOptions options() {
        try {
            return new ClusterOptions(ClusterName.parse(name), Optional.empty(), stateRoot);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--name: " + e.getMessage(), e);
        }
    }

    @Command(name = "up", description = "Starts a cluster, and returns when its node is Ready.")
    int up(@Option(names = "--scenario", paramLabel = "FILE", description = "Give the node simulated cards: a scenario of the simulator, in YAML.")
            Path scenario) {
        ClusterOptions options = options();
        ClusterOptions wanted = scenario == null ? options : options.withCards(scenario);
        PrintWriter out = spec.commandLine().getOut();
        long start = System.nanoTime();
        Progress progress = step -> {
            out.printf("%6.1f s  %s%n", (System.nanoTime() - start) / 1e9, step);
            out.flush();
        };
        try (Cluster cluster = Cluster.startAndLeave(wanted, progress)) {
            progress.step("Ready");
            String testbed = "testbed" + (options.name().equals(ClusterName.DEFAULT) ? "" : " --name " + options.name());
            out.println();
            out.println("  " + testbed + " kubectl get pods -A        any kubectl command, on files of this machine");
            out.println("  " + testbed + " load target/jib-image.tar  import an image (no registry: imagePullPolicy IfNotPresent or Never)");
            out.println("  " + testbed + " shell                      a shell here, with kubectl and the cluster's network");
            out.println("  " + testbed + " forward 10.96.0.1:443      a loopback port here that leads into the cluster");
            out.println("  " + testbed + " exec -- ip address         a command inside the node");
            out.println("  " + testbed + " logs kubelet               one of " + String.join(", ", cluster.components()));
            out.println("  " + testbed + " down                       end it, leaving nothing");
            out.println("There is no name service in the cluster: pods find Services by environment variables or addresses.");
        }
        return ExitCode.DONE.number();
    }

    @Command(name = "down", description = "Ends the cluster and removes everything of it; also what an interrupted start left.")
    int down() {
        ClusterOptions options = options();
        boolean there = Cluster.remove(options);
        spec.commandLine().getOut().println(there ? "The cluster " + options.name() + " is gone." : "There was no cluster " + options.name() + ".");
        return ExitCode.DONE.number();
    }

    @Command(name = "status", description = "Says whether the cluster runs, and shows its node and pods.")
    int status() {
        try (Cluster cluster = Cluster.attach(options())) {
            PrintWriter out = spec.commandLine().getOut();
            out.println("The cluster " + cluster.options().name() + " runs; process 1 of its node is " + cluster.nodeProcess() + " here.");
            cluster.crashed().stream().sorted().forEach(crash -> out.println("Has ended since the start: " + crash));
            out.flush();
            return cluster.kubectlProgram(List.of("get", "nodes,pods", "--all-namespaces", "--output=wide")).runInTerminal();
        }
    }

    @Command(name = "kubectl", description = "Runs kubectl on the cluster; files are those of this machine.")
    int kubectl(@Parameters(arity = "0..*", paramLabel = "ARG") List<String> arguments) {
        try (Cluster cluster = Cluster.attach(options())) {
            return cluster.kubectlProgram(arguments == null ? List.of() : arguments).runInTerminal();
        }
    }

    @Command(name = "exec", description = "Runs a command inside the node, not in a pod: exec -- COMMAND [ARG]...")
    int exec(@Parameters(arity = "1..*", paramLabel = "COMMAND") List<String> command) {
        try (Cluster cluster = Cluster.attach(options())) {
            return cluster.nodeProgram(command).runInTerminal();
        }
    }

    @Command(name = "shell", description = "Opens a shell on this machine, with its files, in which kubectl speaks to the cluster and the addresses of Services and pods can be reached.")
    int shell() throws IOException, InterruptedException {
        try (Cluster cluster = Cluster.attach(options())) {
            ProcessBuilder shell = cluster.hostProgram("bash").inheritIO();
            shell.environment().put("PS1", "(" + cluster.options().name() + ") \\w# ");
            return shell.start().waitFor();
        }
    }

    @Command(name = "forward", description = "Leads a loopback port of this machine to an address of the cluster, until interrupted.")
    int forward(
            @Parameters(paramLabel = "HOST:PORT", description = "An IPv4 address as the node sees it: a Service, a pod, 127.0.0.1.") String target)
            throws InterruptedException {
        int colon = target.lastIndexOf(':');
        if (!target.substring(colon + 1).matches("\\d{1,5}") || colon < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(), "\"" + target + "\" is no HOST:PORT, such as 10.96.0.1:443");
        }
        try (Cluster cluster = Cluster.attach(options());
                PortForward forward = cluster.forward(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)))) {
            spec.commandLine().getOut().println("127.0.0.1:" + forward.localPort());
            spec.commandLine().getOut().flush();
            Thread.currentThread().join();
            return ExitCode.DONE.number();
        }
    }

    @Command(name = "load", description = "Imports the images of docker archives, such as Jib's target/jib-image.tar.")
    int load(@Parameters(arity = "1..*", paramLabel = "TAR") List<Path> archives) {
        try (Cluster cluster = Cluster.attach(options())) {
            archives.forEach(archive -> spec.commandLine().getOut().print(cluster.load(archive)));
            spec.commandLine().getOut().flush();
            return ExitCode.DONE.number();
        }
    }

    @Command(name = "logs", description = "Prints the log of a part of the node; without an argument, names the parts.")
    int logs(@Parameters(arity = "0..1", paramLabel = "COMPONENT") String component) {
        try (Cluster cluster = Cluster.attach(options())) {
            PrintWriter out = spec.commandLine().getOut();
            if (component == null) {
                cluster.components().forEach(out::println);
            } else {
                out.print(cluster.logs(component));
            }
            out.flush();
            return ExitCode.DONE.number();
        }
    }
}
