package io.kubeqat.kernelconfig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// All symbols of one kernel.
///
/// @param version the kernel, as in Debian's package
record Symbols(String version, Map<String, String> lines) {
    Symbols {
        lines = Map.copyOf(lines);
    }

    /// @param folder has `symbols.tsv` and `version`
    static Symbols read(Path folder) throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("symbols.tsv"))) {
            return of(Files.readString(folder.resolve("version")).strip(), lines.toList());
        }
    }

    static Symbols of(String version, List<String> lines) {
        Map<String, String> byName = new HashMap<>();
        lines.forEach(line -> byName.put(line.substring(0, line.indexOf('\t')), line));
        return new Symbols(version, byName);
    }

    /// Parsed when it is asked for: of 18,000 symbols a check needs a few.
    Optional<Symbol> find(String name) {
        return Optional.ofNullable(lines.get(name)).map(Symbol::parse);
    }

    /// The known name that is nearest to one that is not.
    Optional<String> nearest(String unknown) {
        return Spelling.nearest(unknown, lines.keySet());
    }
}
