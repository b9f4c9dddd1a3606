package io.kubeqat.deviceplugin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What to do, and the settings as text, from arguments and environment. A few lines instead of a library: the classes of one would stay in memory on every
/// node for as long as the node runs.
///
/// @param action what to do
/// @param values the settings that were given
/// @param problems what was not understood
record CommandLine(Action action, Map<Setting, Given> values, List<String> problems) {

    enum Action {
        SERVE(""),
        LIST("--list"),
        PRINT_CONFIG("--print-config"),
        VERSION("--version"),
        HELP("--help");

        private final String flag;

        Action(String flag) {
            this.flag = flag;
        }

        private static Optional<Action> of(String text) {
            return Arrays.stream(values()).filter(action -> action != SERVE && action.flag.equals(text)).findFirst();
        }
    }

    /// @param text the value
    /// @param source the flag or the variable it came from, for messages
    record Given(String text, String source) {}

    CommandLine {
        values = Collections.unmodifiableMap(new EnumMap<>(values));
        problems = List.copyOf(problems);
    }

    static CommandLine parse(List<String> arguments, Map<String, String> environment) {
        Action action = Action.SERVE;
        Map<Setting, Given> values = new EnumMap<>(Setting.class);
        List<String> problems = new ArrayList<>();
        environment.keySet().stream().filter(variable -> variable.startsWith(Setting.VARIABLE_PREFIX)).sorted().forEach(variable -> {
            Optional<Setting> setting = Arrays.stream(Setting.values()).filter(s -> s.variable().equals(variable)).findFirst();
            setting.ifPresentOrElse(
                    s -> values.put(s, new Given(environment.get(variable), variable)),
                    () -> problems.add(unknown("variable", variable, Arrays.stream(Setting.values()).map(Setting::variable))));
        });
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            Optional<Action> asked = Action.of(argument);
            if (asked.isPresent()) {
                action = asked.get();
                continue;
            }
            String flag = argument.contains("=") ? argument.substring(0, argument.indexOf('=')) : argument;
            Optional<Setting> setting = Arrays.stream(Setting.values()).filter(s -> s.isFlag(flag)).findFirst();
            if (setting.isEmpty()) {
                problems.add(unknown("option", flag, flags()));
                // What follows is most likely its value, and no problem of its own.
                i += i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--") ? 1 : 0;
            } else if (flag.length() < argument.length()) {
                values.put(setting.get(), new Given(argument.substring(flag.length() + 1), flag));
            } else if (i + 1 < arguments.size()) {
                values.put(setting.get(), new Given(arguments.get(++i), flag));
            } else {
                problems.add(flag + " needs a value");
            }
        }
        return new CommandLine(action, values, problems);
    }

    Given value(Setting setting) {
        return values.getOrDefault(setting, new Given(setting.standard(), "default"));
    }

    static String help() {
        return """
                Usage: device-plugin [OPTION]...
                Offers the QAT virtual functions of this node to the kubelet. Reads /sys, changes nothing there.

                  --list                      print what would be offered, and why not the rest, without a kubelet
                  --print-config              print the settings in force and where each came from
                  --version                   print the version
                  --help                      print this
                %s

                Each OPTION with a value is also a variable: --scan-interval is %s. The option wins.
                Exit code: 0 done, 1 unexpected, 2 bad configuration, 3 the node lacks something, 143 ended by SIGTERM.
                """.formatted(String.join("\n", Arrays.stream(Setting.values()).map(Setting::help).toList()), Setting.SCAN_INTERVAL.variable());
    }

    private static Stream<String> flags() {
        return Stream.concat(
                Arrays.stream(Action.values()).map(action -> action.flag).filter(flag -> !flag.isEmpty()),
                Arrays.stream(Setting.values()).map(Setting::flag));
    }

    private static String unknown(String kind, String given, Stream<String> known) {
        String nearest = known.min(Comparator.comparingInt(candidate -> distance(given, candidate))).orElseThrow();
        return "there is no " + kind + " " + given + "; the nearest is " + nearest;
    }

    /// Levenshtein's: how many letters to add, drop or change.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
