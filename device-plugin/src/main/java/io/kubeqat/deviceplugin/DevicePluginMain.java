package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.inventory.CardMonitor;
import io.kubeqat.deviceplugin.inventory.DeviceScanner;
import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.deviceplugin.kubelet.Rehearsal;
import io.kubeqat.qat.QatDebugfs;
import io.kubeqat.qat.QatModels;
import io.kubeqat.sysfs.LinuxSysfs;
import io.kubeqat.sysfs.SysfsException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Collectors;

/// Command line of the node agent.
public final class DevicePluginMain {
    private final PrintStream out;
    private final PrintStream err;

    DevicePluginMain(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /// The command.
    ///
    /// @param arguments as `--help` lists them
    public static void main(String[] arguments) {
        ExitCode code = new DevicePluginMain(System.out, System.err).run(List.of(arguments), System.getenv());
        if (code != ExitCode.DONE) {
            System.exit(code.number());
        }
    }

    ExitCode run(List<String> arguments, Map<String, String> environment) {
        CommandLine line = CommandLine.parse(arguments, environment);
        try {
            return switch (line.action()) {
                case HELP -> print(CommandLine.help());
                case VERSION -> print("kube-qat device-plugin " + version() + "\n");
                case PRINT_CONFIG -> printConfig(line);
                case LIST -> print(list(DevicePluginConfig.of(line)));
                case SERVE -> serve(DevicePluginConfig.of(line), line);
            };
        } catch (DevicePluginConfig.Problems e) {
            err.println(e.getMessage() + "\nSee device-plugin --help.");
            return ExitCode.BAD_CONFIGURATION;
        } catch (SysfsException e) {
            err.println(e.getMessage() + "; mount the node's /sys, or name the tree with " + Setting.SYSFS.flag());
            return ExitCode.PREFLIGHT_FAILED;
        }
    }

    private ExitCode serve(DevicePluginConfig config, CommandLine line) {
        LogHandler log = LogHandler.install(err, config.logLevel());
        LinuxSysfs sysfs = LinuxSysfs.sparing(config.sysfs());
        CardMonitor monitor = CardMonitor.asking(sysfs, config.tolerance(), config.healthInterval(), System::nanoTime);
        NodeAgent agent = new NodeAgent(scanner(sysfs, config, monitor), new QatDebugfs(sysfs), config);
        log.publish(new LogRecord(Level.INFO, "starts version=" + version() + " " + settings(line)));
        Thread main = Thread.currentThread();
        Thread hook = Thread.ofPlatform().name("stop").unstarted(() -> {
            agent.stop();
            try {
                main.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            log.publish(new LogRecord(Level.INFO, "stopped by a signal; pods keep what they have, no new ones get QAT until the plugin is back"));
        });
        Runtime.getRuntime().addShutdownHook(hook);
        // Last: whatever ends the process before leaves no socket of the rehearsal.
        try (Rehearsal _ = Rehearsal.begin(config.kubeletDirectory())) {
            agent.run();
        }
        return ExitCode.DONE;
    }

    private static String settings(CommandLine line) {
        return Arrays.stream(Setting.values()).map(setting -> setting.flag().substring(2) + "=" + line.value(setting).text()).collect(Collectors.joining(" "));
    }

    private static String list(DevicePluginConfig config) {
        LinuxSysfs sysfs = new LinuxSysfs(config.sysfs());
        DeviceScanner scanner = scanner(sysfs, config, CardMonitor.silent(sysfs));
        Inventory inventory = scanner.scan(Inventory.EMPTY);
        return switch (config.output()) {
            case TABLE -> InventoryTable.of(config.resourcePrefix(), scanner.cards(), inventory);
            case JSON -> InventoryJson.of(config.resourcePrefix(), scanner.cards(), inventory);
        };
    }

    private static DeviceScanner scanner(LinuxSysfs sysfs, DevicePluginConfig config, CardMonitor monitor) {
        return new DeviceScanner(sysfs, models(config), config.vfioDirectory(), config.resourcePrefix(), monitor, System::nanoTime);
    }

    private static QatModels models(DevicePluginConfig config) {
        if (config.models().isEmpty()) {
            return QatModels.known();
        }
        try {
            return QatModels.known().with(QatModels.parse(Files.readString(config.models().get())).rows());
        } catch (IOException | IllegalArgumentException e) {
            throw new DevicePluginConfig.Problems(List.of("cannot take the table of cards from " + config.models().get() + ": " + e));
        }
    }

    private ExitCode printConfig(CommandLine line) {
        DevicePluginConfig.of(line);
        Arrays.stream(Setting.values()).forEach(setting ->
                out.println(setting.variable() + "=" + line.value(setting).text() + "  # " + line.value(setting).source()));
        return ExitCode.DONE;
    }

    private ExitCode print(String text) {
        out.print(text);
        out.flush();
        return ExitCode.DONE;
    }

    private static String version() {
        String version = DevicePluginMain.class.getPackage().getImplementationVersion();
        String commit = System.getProperty("kube-qat.commit");
        return (version == null ? "(not from its jar)" : version) + (commit == null ? "" : "+" + commit);
    }
}
