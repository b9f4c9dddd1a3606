package io.kubeqat.nodesetup;

import io.kubeqat.nodesetup.apply.Pause;
import io.kubeqat.nodesetup.apply.PlanExecutor;
import io.kubeqat.nodesetup.plan.DesiredCard;
import io.kubeqat.nodesetup.plan.Profile;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.sysfs.LinuxSysfs;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The command `node-setup`: puts the parts together, runs once, ends with an [ExitCode].
public final class NodeSetupMain {
    private final Map<String, String> env;
    private final PrintStream out;
    private final PrintStream err;
    private final Function<Path, Sysfs> mount;
    private final Pause pause;
    private final InstantSource clock;

    /// @param mount opens what stands for `/sys`
    NodeSetupMain(Map<String, String> env, PrintStream out, PrintStream err, Function<Path, Sysfs> mount, Pause pause, InstantSource clock) {
        this.env = env;
        this.out = out;
        this.err = err;
        this.mount = mount;
        this.pause = pause;
        this.clock = clock;
    }

    /// Does one run and ends the process with an [ExitCode].
    ///
    /// @param args see `--help`
    public static void main(String[] args) {
        System.exit(new NodeSetupMain(System.getenv(), System.out, System.err, LinuxSysfs::new, Pause.REAL, InstantSource.system()).run(args).number());
    }

    /// Without arguments, as on a node, where all comes by the environment, nothing is loaded that reads them: that takes longer than many a run.
    ExitCode run(String... args) {
        if (args.length == 0) {
            return run(new SettingsReader(Map.of(), env));
        }
        Arguments.Read read = new Arguments(out, new EventLog(err, clock, EventLog.Level.INFO)).read(args);
        return read.end().orElseGet(() -> run(new SettingsReader(read.flags(), env)));
    }

    private ExitCode run(SettingsReader reader) {
        EventLog log = new EventLog(err, clock, reader.isVerbose() ? EventLog.Level.DEBUG : EventLog.Level.INFO);
        ExitCode code;
        try {
            code = run(reader.read(), log);
        } catch (ConfigurationException e) {
            e.problems().forEach(problem -> log.error("bad configuration", "problem", problem));
            code = ExitCode.BAD_CONFIGURATION;
        } catch (SysfsException e) {
            log.error("preflight failed", "problem", e.getMessage());
            code = ExitCode.PREFLIGHT_FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.error("interrupted");
            code = ExitCode.UNEXPECTED;
        } catch (RuntimeException e) {
            log.error("defect in node-setup", "reason", e);
            e.printStackTrace(err);
            code = ExitCode.UNEXPECTED;
        }
        log.info("exit", "code", code.number(), "meaning", code.meaning());
        return code;
    }

    private ExitCode run(Settings settings, EventLog log) throws InterruptedException {
        log.info(
                "node-setup starts",
                "version", version(),
                "sysfs", settings.root(),
                "node", settings.node(),
                "timeout-seconds", settings.timeout().toSeconds(),
                "tolerate-failed-cards", settings.tolerateFailedCards(),
                "force", settings.force(),
                "dry-run", settings.dryRun());
        for (Profile profile : settings.profiles()) {
            log.info(
                    "profile",
                    "name", profile.name(),
                    "nodes", profile.nodes().isEmpty() ? "all" : String.join(",", profile.nodes()),
                    "cards", profile.cards().isEmpty() ? "all" : profile.cards().stream().map(Object::toString).collect(Collectors.joining(",")),
                    "services", profile.desired().map(desired -> desired.services().map(ServiceSet::text).orElse("as-they-are")).orElse("left-to-the-host"),
                    "vfs", profile.desired().map(desired -> desired.vfs().toString()).orElse("left-to-the-host"),
                    "driver", profile.desired().map(DesiredCard::driver).orElse("left-to-the-host"));
        }
        Sysfs sysfs = mount.apply(settings.root());
        PlanExecutor executor = new PlanExecutor(sysfs, settings.timeout(), pause);
        try (Progress progress = new Progress(log, clock)) {
            VfioHolders holders = new VfioHolders(settings.proc(), settings.dev());
            return new NodeSetup(settings, sysfs, holders, executor, progress, log, PlanPrinter.of(settings.output(), sysfs, out)).run();
        }
    }

    static String version() {
        return Optional.ofNullable(NodeSetupMain.class.getPackage().getImplementationVersion()).orElse("unpackaged")
                + Optional.ofNullable(System.getProperty("kube-qat.commit")).map("+"::concat).orElse("");
    }
}
