package io.kubeqat.nodesetup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.nodesetup.apply.PlanExecutor;
import io.kubeqat.nodesetup.plan.DesiredCard;
import io.kubeqat.nodesetup.plan.Profile;
import io.kubeqat.nodesetup.plan.VfCount;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.Service;
import io.kubeqat.qat.ServiceSet;
import io.kubeqat.sysfs.SysfsException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What nobody thought of: trees and configurations made up by chance. None may crash node-setup, stop it for ever, or make it write to anything but a QAT
/// device. `-Drandom.seed=N` repeats a run.
class RandomNodesTest {
    private static final int TREES = 40_000;
    private static final int CONFIGURATIONS = 60_000;
    private static final InstantSource CLOCK = InstantSource.system();
    private static final QatModels MODELS = QatModels.known();

    private final long seed = Long.getLong("random.seed", System.nanoTime());

    @Test
    void survivesAnyTree() throws InterruptedException {
        System.out.println("RandomNodesTest trees: seed " + seed);
        EventLog log = new EventLog(new PrintStream(OutputStream.nullOutputStream()), CLOCK, EventLog.Level.ERROR);
        VfioHolders holders = new VfioHolders(Path.of("/nowhere"), Path.of("/nowhere"));
        Map<ExitCode, Integer> codes = new HashMap<>();
        try (Progress progress = new Progress(log, CLOCK)) {
            new Cases().each(TREES, "the trees of seed " + seed, i -> {
                Random random = new Random(seed + i);
                RandomTree tree = new RandomTree(random, MODELS);
                Settings settings = settings(random);
                try {
                    ExitCode code = new NodeSetup(
                                    settings,
                                    tree,
                                    holders,
                                    new PlanExecutor(tree, settings.timeout(), _ -> {}),
                                    progress,
                                    log,
                                    PlanPrinter.of(settings.output(), tree, new PrintStream(OutputStream.nullOutputStream())))
                            .run();
                    codes.merge(code, 1, Integer::sum);
                } catch (SysfsException e) {
                    // What concerns no single card ends the run with its own message: NodeSetupMain reports it as a failed preflight.
                    codes.merge(ExitCode.PREFLIGHT_FAILED, 1, Integer::sum);
                } catch (RuntimeException e) {
                    throw new AssertionError("case " + i + " of seed " + seed + ": " + tree, e);
                }
                assertThat(tree.forbiddenWrites()).as("case %s of seed %s: %s", i, seed, tree).isEmpty();
                assertThat(settings.dryRun() && tree.writes() > 0).as("case %s of seed %s: a dry run wrote", i, seed).isFalse();
            });
        }
        System.out.println("RandomNodesTest trees: " + codes);
        assertThat(codes.keySet()).as("what chance leads to").contains(ExitCode.DONE, ExitCode.STEP_FAILED, ExitCode.PREFLIGHT_FAILED);
    }

    @Test
    void survivesAnyConfiguration() throws InterruptedException {
        System.out.println("RandomNodesTest configurations: seed " + seed);
        AtomicInteger refused = new AtomicInteger();
        new Cases().each(CONFIGURATIONS, "the configurations of seed " + seed, i -> {
            Random random = new Random(seed + i);
            String yaml = yaml(random);
            Map<String, String> env = env(random);
            List<String> problems = new ArrayList<>();
            try {
                List<Profile> profiles = new ProfileFile("p", MODELS, problems).parse(yaml);
                profiles.forEach(profile -> assertThat(profile.desired().map(DesiredCard::driver).orElse("x")).matches("[A-Za-z0-9][A-Za-z0-9_-]*"));
                new SettingsReader(Map.of(), env).read();
            } catch (ConfigurationException e) {
                problems.addAll(e.problems());
            } catch (RuntimeException e) {
                throw new AssertionError("case " + i + " of seed " + seed + ": " + env + "\n" + yaml, e);
            }
            problems.forEach(problem -> assertThat(problem).isNotBlank());
            refused.addAndGet(problems.isEmpty() ? 0 : 1);
        });
        assertThat(refused.get()).as("configurations refused").isBetween(CONFIGURATIONS / 10, CONFIGURATIONS - 1);
    }

    @Test
    void theWholeCommandSurvivesAnyEnvironment() throws InterruptedException {
        System.out.println("RandomNodesTest commands: seed " + seed);
        new Cases().each(300, "the commands of seed " + seed, i -> {
            Random random = new Random(seed + i);
            RandomTree tree = new RandomTree(random, MODELS);
            Map<String, String> env = env(random);
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            PrintStream stream = new PrintStream(err, true, UTF_8);

            ExitCode code = new NodeSetupMain(env, stream, stream, _ -> tree, _ -> {}, CLOCK).run("--timeout=1");

            assertThat(code).as("case %s of seed %s: %s %s", i, seed, env, err.toString(UTF_8)).isNotEqualTo(ExitCode.UNEXPECTED);
            assertThat(tree.forbiddenWrites()).isEmpty();
        });
    }

    private static Settings settings(Random random) {
        EnumSet<Service> services = EnumSet.noneOf(Service.class);
        for (Service service : Service.values()) {
            if (random.nextInt(3) == 0) {
                services.add(service);
            }
        }
        DesiredCard desired = new DesiredCard(
                services.isEmpty() ? Optional.empty() : Optional.of(new ServiceSet(Set.copyOf(services))),
                random.nextBoolean() ? new VfCount.All() : new VfCount.First(random.nextInt(6)),
                random.nextInt(4) == 0 ? "4xxxvf" : "vfio-pci");
        return new Settings(
                Path.of("/sys"),
                "node",
                MODELS,
                List.of(new Profile("any", List.of(), List.of(), random.nextInt(20) == 0 ? Optional.empty() : Optional.of(desired))),
                Duration.ofSeconds(random.nextInt(2)),
                random.nextInt(50) == 0 ? 4 : 1,
                random.nextBoolean(),
                Path.of("/nowhere"),
                Path.of("/nowhere"),
                random.nextInt(5) == 0,
                random.nextBoolean() ? Settings.Output.TEXT : Settings.Output.JSON,
                random.nextBoolean());
    }

    private static String yaml(Random random) {
        StringBuilder yaml = new StringBuilder(random.nextInt(20) == 0 ? "profile:\n" : "profiles:\n");
        String[] keys = {"name", "nodes", "cards", "services", "vfs", "driver", "leave", "vf", "\u00fc"};
        String[] values = {
            "[edge-*]", "[numa0]", "[0000:6b:00.0, gen4]", "['8086:4940']", "sym;asym", "asym", "dc;dc", ";", "all", "3", "-1", "99999999999", "vfio-pci", "../x", "true",
            "{a: b}", "[]", "~", "!!java.io.File x", "&a [*a]", "\"\\u0000\"", "'", "\t"
        };
        for (int profile = random.nextInt(4); profile >= 0; profile--) {
            String lead = "  - ";
            for (int key = random.nextInt(4); key >= 0; key--) {
                yaml.append(lead).append(keys[random.nextInt(keys.length)]).append(": ").append(values[random.nextInt(values.length)]).append('\n');
                lead = "    ";
            }
        }
        for (int wrong = random.nextInt(10) == 0 ? 3 : 0; wrong > 0; wrong--) {
            yaml.setCharAt(random.nextInt(yaml.length()), (char) random.nextInt(0x250));
        }
        return yaml.toString();
    }

    private static Map<String, String> env(Random random) {
        Map<String, String> env = new HashMap<>();
        String[] values = {"", "true", "false", "all", "4", "-4", "sym;asym", "dc", "asym;sym;dc;decomp;dcc", "json", "text", "vfio-pci", "\u0000", "edge-1", "0", "1000"};
        for (Setting setting : Setting.values()) {
            boolean file = setting == Setting.PROFILES || setting == Setting.MODELS;
            if (!file && random.nextInt(8) == 0) {
                env.put(setting.variable(), values[random.nextInt(values.length)]);
            }
        }
        if (random.nextInt(20) == 0) {
            env.put(Setting.PREFIX + "SERVICE", "sym");
        }
        return env;
    }
}
