package io.kubeqat.nodesetup;

import io.kubeqat.nodesetup.plan.DesiredCard;
import io.kubeqat.nodesetup.plan.Profile;
import io.kubeqat.nodesetup.plan.SetupPlanner;
import io.kubeqat.nodesetup.plan.VfCount;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.ServiceSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// Makes [Settings] of flags, variables and the files they name, and collects every problem on the way: one restart tells all of them.
final class SettingsReader {
    private final Map<Setting, String> flags;
    private final Map<String, String> env;
    private final List<String> problems = new ArrayList<>();

    /// @param flags the flags that were given
    /// @param env the environment; an empty variable counts as not set, because a ConfigMap cannot leave one out
    SettingsReader(Map<Setting, String> flags, Map<String, String> env) {
        this.flags = Map.copyOf(flags);
        this.env = Map.copyOf(env);
    }

    Settings read() throws ConfigurationException {
        env.keySet().stream()
                .filter(name -> name.startsWith(Setting.PREFIX) && !Setting.variables().contains(name))
                .sorted()
                .forEach(name -> problems.add("unknown variable " + name + Spelling.hint(name, Setting.variables())));
        QatModels models = value(Setting.MODELS, this::models).orElseGet(QatModels::known);
        List<Profile> profiles = profiles(models);
        Settings settings = new Settings(
                value(Setting.SYSFS, Path::of).orElse(Path.of(Setting.SYSFS.defaultValue())),
                value(Setting.NODE_NAME, Function.identity()).orElse(""),
                models,
                profiles,
                value(Setting.TIMEOUT, SettingsReader::seconds).orElse(Duration.ZERO),
                value(Setting.CARDS_AT_ONCE, SettingsReader::cards).orElse(1),
                value(Setting.FORCE, SettingsReader::truth).orElse(false),
                value(Setting.PROC, Path::of).orElse(Path.of(Setting.PROC.defaultValue())),
                value(Setting.DEV, Path::of).orElse(Path.of(Setting.DEV.defaultValue())),
                value(Setting.DRY_RUN, SettingsReader::truth).orElse(false),
                value(Setting.OUTPUT, SettingsReader::output).orElse(Settings.Output.TEXT),
                value(Setting.TOLERATE_FAILED_CARDS, SettingsReader::truth).orElse(false));
        value(Setting.VERBOSE, SettingsReader::truth);
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return settings;
    }

    /// Whether to log every write; asked before the rest is known to be right, so a wrong value says no here and is reported by [#read()].
    boolean isVerbose() {
        return text(Setting.VERBOSE).filter("true"::equals).isPresent();
    }

    private List<Profile> profiles(QatModels models) {
        Optional<String> file = given(Setting.PROFILES);
        if (file.isEmpty()) {
            DesiredCard desired = new DesiredCard(
                    value(Setting.SERVICES, ServiceSet::parse),
                    value(Setting.VFS, VfCount::parse).orElse(new VfCount.All()),
                    value(Setting.DRIVER, ProfileFile::driver).orElse(SetupPlanner.VFIO));
            return List.of(new Profile("default", List.of(), List.of(), Optional.of(desired)));
        }
        Stream.of(Setting.SERVICES, Setting.VFS, Setting.DRIVER)
                .filter(setting -> given(setting).isPresent())
                .forEach(setting -> problems.add(name(setting) + ": not together with " + name(Setting.PROFILES) + "; write it into the profiles"));
        List<Profile> profiles = value(Setting.PROFILES, name -> new ProfileFile(name, models, problems).parse(content(name))).orElse(List.of());
        if (given(Setting.NODE_NAME).isEmpty() && profiles.stream().anyMatch(profile -> !profile.nodes().isEmpty())) {
            problems.add(Setting.NODE_NAME.variable() + ": not set, but profiles have patterns of node names; set it to the field spec.nodeName");
        }
        return profiles;
    }

    private QatModels models(String file) {
        return QatModels.known().with(QatModels.parse(content(file)).rows());
    }

    private static String content(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e.getClass().getSimpleName(), e);
        }
    }

    private static Duration seconds(String text) {
        if (!text.matches("[0-9]{1,4}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number of seconds from 0 to 9999");
        }
        return Duration.ofSeconds(Integer.parseInt(text));
    }

    private static int cards(String text) {
        if (!text.matches("[1-9][0-9]{0,2}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number of cards from 1 to 999");
        }
        return Integer.parseInt(text);
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is neither true nor false");
        };
    }

    private static Settings.Output output(String text) {
        return switch (text) {
            case "text" -> Settings.Output.TEXT;
            case "json" -> Settings.Output.JSON;
            default -> throw new IllegalArgumentException("\"" + text + "\" is neither text nor json");
        };
    }

    private <T> Optional<T> value(Setting setting, Function<String, T> parser) {
        try {
            return text(setting).map(parser);
        } catch (IllegalArgumentException e) {
            problems.add(name(setting) + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<String> text(Setting setting) {
        return given(setting).or(() -> Optional.of(setting.defaultValue())).filter(value -> !value.isEmpty());
    }

    private Optional<String> given(Setting setting) {
        return Optional.ofNullable(flags.get(setting)).or(() -> Optional.ofNullable(env.get(setting.variable())).filter(value -> !value.isEmpty()));
    }

    private String name(Setting setting) {
        return flags.containsKey(setting) ? setting.flag() : setting.variable();
    }
}
