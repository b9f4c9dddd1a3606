package io.kubeqat.verify;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.kubeqat.verify.chain.Acceleration;
import io.kubeqat.verify.chain.Chain;
import io.kubeqat.verify.chain.Report;
import io.kubeqat.verify.cluster.ClusterReader;
import io.kubeqat.verify.cluster.Connection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `kube-qat verify`.
@Command(
        name = "verify",
        description = {
            "Looks at a cluster, changes nothing, and prints for each node what holds between card and handshake: agent, card, VFs, driver, resource, pod, "
                    + "configuration, engine, certificate, counters; then the first broken link and its next step.",
            ""
        },
        footer = {"", "Exit codes: 0 every link holds, 1 unexpected, 2 wrong usage, 3 the cluster cannot be asked, 4 a link is broken, 5 not all could be looked at."})
final class VerifyCommand implements Callable<Integer> {
    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "The cluster's kubeconfig. Default: $KUBECONFIG, ~/.kube/config, or the service account of this pod.")
    private Optional<Path> kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "Which of its contexts. Default: the current one.")
    private Optional<String> context;

    @Option(names = {"-n", "--namespace"}, paramLabel = "NAME", defaultValue = "kube-qat", description = "Where kube-qat is installed. Default: ${DEFAULT-VALUE}.")
    private String namespace;

    @Option(names = "--accept", paramLabel = "VERDICT", split = ",", defaultValue = "hw,sw",
            description = "Verdicts of the engine that are good enough: ${COMPLETION-CANDIDATES}. Without HW no card has to be there. Default: ${DEFAULT-VALUE}.")
    private Set<Acceleration> accepted = EnumSet.noneOf(Acceleration.class);

    @Option(names = "--resource-prefix", paramLabel = "NAME", defaultValue = "qat.intel.com", description = "What stands before the / of the resource names. Default: ${DEFAULT-VALUE}.")
    private String prefix;

    @Option(names = {"-o", "--output"}, paramLabel = "FORM", defaultValue = "table", description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Output output;

    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "10", description = "How long to wait for each answer. Default: ${DEFAULT-VALUE}.")
    private int timeout;

    @Spec
    private CommandSpec spec;

    enum Output {
        TABLE,
        JSON
    }

    @Override
    public Integer call() {
        try (KubernetesClient client = connection().open()) {
            Report report = Chain.judge(new ClusterReader(client, namespace, prefix).read(), accepted);
            spec.commandLine().getOut().print(switch (output) {
                case TABLE -> ReportTable.of(report);
                case JSON -> ReportJson.of(report);
            });
            spec.commandLine().getOut().flush();
            return ExitCode.of(report.verdict()).number();
        }
    }

    private Connection connection() {
        kubeconfig.filter(file -> !Files.isReadable(file)).ifPresent(file -> {
            throw new ParameterException(spec.commandLine(), "cannot read " + file + ": give an existing kubeconfig to --kubeconfig");
        });
        if (timeout < 1 || timeout > 3600) {
            throw new ParameterException(spec.commandLine(), "--timeout is " + timeout + ": give 1 to 3600 seconds");
        }
        return new Connection(kubeconfig, context, Duration.ofSeconds(timeout));
    }
}
