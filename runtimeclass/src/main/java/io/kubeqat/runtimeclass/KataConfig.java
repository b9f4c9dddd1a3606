package io.kubeqat.runtimeclass;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/// What Kata ends up with: its configuration file, and over it the files of `config.d` beside it in the order of their names, each key by itself
/// (Go runtime: src/runtime/pkg/katautils/config.go, decodeDropIns and applyKey; runtime-rs: src/libs/kata-types/src/config/drop_in.rs).
///
/// @param runtime whose configuration it is
/// @param settings by key with its table, such as `runtime.vfio_mode`
public record KataConfig(KataRuntime runtime, Map<String, Setting> settings) {
    /// A value and where it was set last.
    ///
    /// @param value a `String`, `Long`, `Boolean`, or an array as text
    /// @param place `FILE:LINE`
    /// @param fromDropIn whether it stands in `config.d`, not in Kata's own file
    public record Setting(Object value, String place, boolean fromDropIn) {}

    private record Source(String name, String text, boolean dropIn) {}

    public KataConfig {
        settings = Map.copyOf(settings);
    }

    /// The drop-in that this module ships for a runtime, over Kata's defaults.
    public static KataConfig shipped(KataRuntime runtime) {
        return merge(runtime, List.of(new Source("50-qat.toml", KataRuntime.resource("kata/" + runtime.word() + "/50-qat.toml"), true)));
    }

    /// A configuration as it lies on a node.
    ///
    /// @param file Kata's configuration file; its name tells the runtime
    /// @throws IllegalArgumentException if the name tells none, or a file is no TOML: Kata would not start either
    public static KataConfig read(Path file) {
        List<Source> sources = new ArrayList<>();
        KataRuntime runtime = KataRuntime.ofConfigurationFile(file.getFileName().toString());
        try {
            sources.add(new Source(file.getFileName().toString(), Files.readString(file), false));
            Path dropIns = file.resolveSibling("config.d");
            if (Files.isDirectory(dropIns)) {
                try (Stream<Path> files = Files.list(dropIns)) {
                    // Kata takes all files there, whatever they end in.
                    for (Path dropIn : files.sorted().toList()) {
                        sources.add(new Source("config.d/" + dropIn.getFileName(), Files.readString(dropIn), true));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return merge(runtime, sources);
    }

    private static KataConfig merge(KataRuntime runtime, List<Source> sources) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (Source source : sources) {
            TomlParseResult toml = Toml.parse(source.text());
            if (toml.hasErrors()) {
                throw new IllegalArgumentException(source.name() + " is no TOML: " + toml.errors().getFirst() + " (Kata would not start a machine with it)");
            }
            for (String key : toml.dottedKeySet()) {
                Object value = toml.get(key);
                settings.put(key, new Setting(toml.isArray(key) ? String.valueOf(toml.getArray(key).toList()) : value,
                        source.name() + ":" + Optional.ofNullable(toml.inputPositionOf(key)).map(position -> position.line()).orElse(0), source.dropIn()));
            }
        }
        return new KataConfig(runtime, settings);
    }

    /// The value in force, or Kata's own default.
    Object value(String key, Object kataDefault) {
        Setting setting = settings.get(key);
        return setting == null ? kataDefault : setting.value();
    }
}
