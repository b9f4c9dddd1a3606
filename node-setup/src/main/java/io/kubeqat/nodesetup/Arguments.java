package io.kubeqat.nodesetup;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Reads the command line: a flag for each [Setting], `--help` and `--version`.
final class Arguments {
    private final PrintStream out;
    private final EventLog log;

    /// @param flags what was given
    /// @param end how the command ends at once; absent where it is to run
    record Read(Map<Setting, String> flags, Optional<ExitCode> end) {}

    /// @param out takes help and version
    Arguments(PrintStream out, EventLog log) {
        this.out = out;
        this.log = log;
    }

    Read read(String... args) {
        CommandLine command = new CommandLine(spec());
        ParseResult parsed;
        try {
            parsed = command.parseArgs(args);
        } catch (ParameterException e) {
            log.error("bad configuration", "problem", e.getMessage() + hint(e), "help", "node-setup --help");
            return new Read(Map.of(), Optional.of(ExitCode.BAD_CONFIGURATION));
        }
        if (parsed.isUsageHelpRequested()) {
            command.usage(out);
            return new Read(Map.of(), Optional.of(ExitCode.DONE));
        }
        if (parsed.isVersionHelpRequested()) {
            command.printVersionHelp(out);
            return new Read(Map.of(), Optional.of(ExitCode.DONE));
        }
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            Optional.ofNullable(parsed.<String>matchedOptionValue(setting.flag(), null)).ifPresent(value -> flags.put(setting, value));
        }
        return new Read(flags, Optional.empty());
    }

    private static String hint(ParameterException e) {
        List<String> flags = Arrays.stream(Setting.values()).map(Setting::flag).toList();
        return e instanceof UnmatchedArgumentException unmatched ? Spelling.hint(unmatched.getUnmatched().getFirst().replaceFirst("=.*", ""), flags) : "";
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("node-setup");
        spec.usageMessage()
                .description("Brings the QAT cards of this node to the wanted state: services, VFs, and the driver that holds the VFs. Writes only what differs, "
                        + "reads back what it wrote, and can be run again at any time.", "")
                .optionListHeading("%nOptions:%n")
                .footer(footer())
                .width(120);
        spec.version("node-setup " + NodeSetupMain.version());
        for (Setting setting : Setting.values()) {
            OptionSpec.Builder option = OptionSpec.builder(setting.flag())
                    .type(String.class)
                    .paramLabel(setting.valueLabel())
                    .description(setting.help() + (setting.defaultValue().isEmpty() ? "" : " Default: " + setting.defaultValue() + "."));
            spec.addOption(setting.isSwitch() ? option.arity("0..1").fallbackValue("true").build() : option.arity("1").build());
        }
        spec.addOption(OptionSpec.builder("--help", "-h").usageHelp(true).description("Print this and end.").build());
        spec.addOption(OptionSpec.builder("--version", "-V").versionHelp(true).description("Print the version and end.").build());
        return spec;
    }

    private static String[] footer() {
        StringBuilder footer = new StringBuilder("%nEach option can be given as a variable too; the option wins:%n");
        for (Setting setting : Setting.values()) {
            footer.append("  ").append(setting.variable()).append("%n");
        }
        footer.append("%nExit codes:%n");
        for (ExitCode code : ExitCode.values()) {
            footer.append("  ").append(code.number()).append("  ").append(code.meaning()).append("%n");
        }
        return footer.toString().split("%n", -1);
    }
}
