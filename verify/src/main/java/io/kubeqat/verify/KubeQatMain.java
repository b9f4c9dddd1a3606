package io.kubeqat.verify;

import io.kubeqat.verify.cluster.ClusterException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The command `kube-qat`.
@Command(
        name = "kube-qat",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = KubeQatMain.Version.class,
        subcommands = VerifyCommand.class,
        description = "Hardware-accelerated TLS on Kubernetes: looks after an installation.")
public final class KubeQatMain implements Runnable {
    @Spec
    private CommandSpec spec;

    private KubeQatMain() {}

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"kube-qat " + Optional.ofNullable(KubeQatMain.class.getPackage().getImplementationVersion()).orElse("(not packaged)")
                    + Optional.ofNullable(System.getProperty("kube-qat.commit")).map("+"::concat).orElse("")};
        }
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /// The command, ready to be executed; it prints to the writers that are set on it.
    public static CommandLine commandLine() {
        return new CommandLine(new KubeQatMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, _) -> {
                    if (e instanceof ClusterException) {
                        command.getErr().println("kube-qat: " + e.getMessage());
                        return ExitCode.UNREACHABLE.number();
                    }
                    e.printStackTrace(command.getErr());
                    return ExitCode.UNEXPECTED.number();
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "kube-qat: a subcommand is missing: verify");
    }
}
