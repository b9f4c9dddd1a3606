package io.kubeqat.ingress;

import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/// One run of `qat-preflight`, from the lines of `src/test/native/preflight` that begin with its name.
///
/// @param said  standard error, line by line
/// @param ran   whether the command behind it took its place
/// @param state `acceleration.json`; empty if none was written
record Preflight(int exit, List<String> said, boolean ran, Map<String, Object> state) {

    static Preflight of(ImageRun run, String name) {
        List<String> lines = run.seen(name).toList();
        return new Preflight(
                Integer.parseInt(after(lines, "exit ").getFirst()),
                after(lines, "said "),
                lines.contains("ran"),
                after(lines, "state ").stream().findFirst().<Map<String, Object>>map(json -> new Yaml().load(json)).orElse(Map.of()));
    }

    String acceleration() {
        return (String) state.get("acceleration");
    }

    String problem() {
        return (String) state.get("problem");
    }

    /// @param path `hardware` or `software`
    @SuppressWarnings("unchecked")
    List<String> reasons(String path) {
        return ((Map<String, List<String>>) state.get(path)).get("reasons");
    }

    private static List<String> after(List<String> lines, String word) {
        return lines.stream().filter(line -> line.startsWith(word)).map(line -> line.substring(word.length())).toList();
    }
}
