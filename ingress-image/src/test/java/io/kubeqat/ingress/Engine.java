package io.kubeqat.ingress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What `engine.conf` says of the engine.
///
/// @param ids   what `ssl-engine` may be; the first is the one that is shipped
/// @param names each assignment of the file
record Engine(List<String> ids, Map<String, String> names) {

    static Engine read() throws IOException {
        Map<String, String> names = Files.readAllLines(Path.of("engine.conf")).stream()
                .filter(line -> line.matches("\\w+=.*"))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1].replaceAll("^\"|\"$", "")));
        return new Engine(List.of(names.get("engine_ids").split(" ")), names);
    }
}
