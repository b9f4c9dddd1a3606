package io.kubeqat.runtimeclass;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The command `kata-config`.
@Command(
        name = "kata-config",
        mixinStandardHelpOptions = true,
        versionProvider = KataConfigMain.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Reads a node's Kata configuration as Kata does: the file, and over it config.d beside it.",
        footer = {"", "Exit codes: 0 fine, 1 something keeps a VF from the containers, 2 wrong usage or a file that cannot be read."})
public final class KataConfigMain {
    @Spec
    private CommandSpec spec;

    private KataConfigMain() {}

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"kata-config " + Optional.ofNullable(KataConfigMain.class.getPackage().getImplementationVersion()).orElse("(not packaged)")};
        }
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new KataConfigMain()).setUsageHelpWidth(120).setExecutionExceptionHandler((e, command, _) -> {
            if (e instanceof UncheckedIOException || e instanceof IllegalArgumentException) {
                command.getErr().println("kata-config: " + (e instanceof UncheckedIOException io ? "cannot read " + io.getCause().getMessage() : e.getMessage()));
                return ExitCode.USAGE.number();
            }
            throw e;
        });
    }

    @Command(name = "check", mixinStandardHelpOptions = true, description = "Says what in it keeps a VF from the containers, and where that was set.")
    int check(@Parameters(paramLabel = "FILE", description = "configuration-qemu.toml or configuration-qemu-runtime-rs.toml.") Path file) {
        KataConfig config = KataConfig.read(file);
        for (KataCheck.Key key : KataCheck.Key.values()) {
            spec.commandLine().getOut().println(key.text() + " = " + key.of(config));
        }
        List<String> problems = KataCheck.problems(config);
        problems.forEach(spec.commandLine().getErr()::println);
        spec.commandLine().getErr().flush();
        return (problems.isEmpty() ? ExitCode.FINE : ExitCode.PROBLEMS).number();
    }

    @Command(name = "qemu", mixinStandardHelpOptions = true, description = "Prints the arguments that Kata gives to QEMU because of it, one a line; the last ones are the guest kernel's.")
    int qemu(@Parameters(paramLabel = "FILE", description = "configuration-qemu.toml or configuration-qemu-runtime-rs.toml.") Path file) {
        QemuArguments arguments = QemuArguments.of(KataConfig.read(file));
        Stream.of(Stream.of("-machine", arguments.machine()), arguments.devices().stream().flatMap(device -> Stream.of("-device", device)),
                        Stream.of("-append", String.join(" ", arguments.kernelParameters())))
                .flatMap(parts -> parts)
                .forEach(spec.commandLine().getOut()::println);
        return ExitCode.FINE.number();
    }
}
