package io.kubeqat.kernelconfig;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The command `kernel-config`.
@Command(
        name = "kernel-config",
        mixinStandardHelpOptions = true,
        versionProvider = KernelConfigMain.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Checks configurations of a guest kernel for Kata with a passed-through QAT VF.")
public final class KernelConfigMain {
    @Option(names = "--module", hidden = true, defaultValue = ".", scope = CommandLine.ScopeType.INHERIT, description = "The folder kata-kernel-config.")
    private Path module;

    @Spec
    private CommandSpec spec;

    private KernelConfigMain() {}

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"kernel-config " + Optional.ofNullable(KernelConfigMain.class.getPackage().getImplementationVersion()).orElse("(not packaged)")};
        }
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new KernelConfigMain()).setUsageHelpWidth(120);
        commandLine.getSubcommands().values().forEach(command -> command.getCommandSpec().usageMessage().footer("", ExitCode.footer()).width(120));
        commandLine.getCommandSpec().usageMessage().footer("", ExitCode.footer());
        return commandLine.setExecutionExceptionHandler((e, command, _) -> {
            if (e instanceof KernelConfigException known) {
                command.getErr().println("kernel-config: " + known.getMessage());
                return known.code().number();
            }
            throw e;
        });
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = {
                "Without FILE: whether all that the fragments ask for comes through the kernel's Kconfig, alone and with each optional fragment.",
                "With FILE: what a kernel configuration of your own (a .config, or /proc/config.gz of a running guest) lacks for a VF in the guest, and why it is needed."
            })
    int check(
            @Parameters(arity = "0..1", paramLabel = "FILE", description = "A kernel configuration.") Path file,
            @Option(names = "--all", description = "With FILE: hold it against what any Kata guest needs, too.") boolean all,
            @Option(names = "--with", paramLabel = "FRAGMENT", description = "Add a fragment, optional or your own; can be repeated.") List<Path> with)
            throws InterruptedException {
        List<Path> extra = with == null ? List.of() : with;
        return (file == null ? fragments(extra) : file(file, all, extra)).number();
    }

    private ExitCode fragments(List<Path> extra) throws InterruptedException {
        Fragments fragments = Fragments.read(module.resolve("fragments"));
        List<String> problems = new ArrayList<>(fragments.flaws());
        problems.addAll(ConfigVersion.read(module.resolve("config_version")).flaws(fragments));
        KernelTools tools = new KernelTools(module);
        Symbols symbols = tools.symbols();
        List<List<Path>> combinations = new ArrayList<>(List.of(extra));
        if (extra.isEmpty()) {
            fragments.optional().forEach(fragment -> combinations.add(List.of(fragment.file())));
        }
        PrintWriter out = out();
        for (List<Path> combination : combinations) {
            List<Fragment> wanted = new ArrayList<>(fragments.base());
            combination.forEach(added -> wanted.add(Fragment.read(added.toAbsolutePath())));
            List<Check.Missing> missing = new Check(KernelConfig.read(tools.configure(combination)), Optional.of(symbols)).missing(wanted);
            missing.forEach(finding -> problems.add(finding.request().place() + ": " + finding.text()));
            long requests = wanted.stream().mapToLong(fragment -> fragment.requests().size()).sum();
            out.printf("%s: %d of %d requests in the final configuration of Linux %s%n",
                    combination.isEmpty() ? "guest and qat" : "guest, qat and " + String.join(", ", combination.stream().map(added -> added.getFileName().toString()).toList()),
                    requests - missing.size(), requests, symbols.version());
        }
        return tell(problems.stream().distinct().toList());
    }

    private ExitCode file(Path file, boolean all, List<Path> extra) throws InterruptedException {
        Fragments fragments = Fragments.read(module.resolve("fragments"));
        KernelConfig config = KernelConfig.read(file);
        List<Fragment> wanted = new ArrayList<>(all ? fragments.base() : fragments.qat());
        extra.forEach(added -> wanted.add(Fragment.read(added.toAbsolutePath())));
        List<Check.Missing> missing = new Check(config, symbolsIfAtHand()).missing(wanted);
        out().printf("%s: has %d of %d symbols that %s needs%n", file, wanted.stream().mapToInt(fragment -> fragment.requests().size()).sum() - missing.size(),
                wanted.stream().mapToInt(fragment -> fragment.requests().size()).sum(), all ? "a Kata guest with a VF" : "a VF in a Kata guest");
        return tell(missing.stream().map(finding -> finding.text() + "\n    needed because (" + finding.request().place() + "): " + finding.request().reason()).toList());
    }

    /// A person's own configuration can be checked without root, only with less said about causes.
    private Optional<Symbols> symbolsIfAtHand() throws InterruptedException {
        try {
            return Optional.of(new KernelTools(module).symbols());
        } catch (KernelConfigException e) {
            spec.commandLine().getErr().println("kernel-config: the causes are not told, because the kernel's tools could not be run: " + e.getMessage());
            return Optional.empty();
        }
    }

    private ExitCode tell(List<String> problems) {
        problems.forEach(spec.commandLine().getErr()::println);
        spec.commandLine().getErr().flush();
        return problems.isEmpty() ? ExitCode.FINE : ExitCode.PROBLEMS;
    }

    @Command(name = "record", mixinStandardHelpOptions = true, description = "Gives changed fragments the next number in config_version.")
    int recordVersion() {
        Fragments fragments = Fragments.read(module.resolve("fragments"));
        out().println("config_version is " + ConfigVersion.read(module.resolve("config_version")).record(fragments));
        return ExitCode.FINE.number();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
