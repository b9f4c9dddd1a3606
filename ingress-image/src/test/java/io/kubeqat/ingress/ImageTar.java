package io.kubeqat.ingress;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.yaml.snakeyaml.Yaml;

/// The image as Jib wrote it, in the layout of `docker save`.
///
/// @param config the `config` part of the image's configuration
/// @param files  what a container sees, by its name without a leading or trailing slash
record ImageTar(Map<String, Object> config, Map<String, TarEntry> files, int layers) {

    static ImageTar read(Path tar) throws IOException {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        try (InputStream stream = Files.newInputStream(tar)) {
            TarEntry.readAll(stream, name -> true).forEach(entry -> parts.put(entry.name(), entry.content()));
        }
        List<Map<String, Object>> manifest = parse(parts.get("manifest.json"));
        Map<String, Object> image = parse(parts.get((String) manifest.getFirst().get("Config")));
        List<String> layers = cast(manifest.getFirst().get("Layers"));
        Map<String, TarEntry> files = new LinkedHashMap<>();
        for (String layer : new ArrayList<>(layers)) {
            try (InputStream stream = new GZIPInputStream(new ByteArrayInputStream(parts.get(layer)))) {
                for (TarEntry entry : TarEntry.readAll(stream, name -> false)) {
                    files.put(entry.name().replaceAll("^(\\./)?|/$", ""), entry);
                }
            }
        }
        return new ImageTar(cast(image.get("config")), Map.copyOf(files), layers.size());
    }

    private static <T> T parse(byte[] json) {
        return cast(new Yaml().load(new String(json, StandardCharsets.UTF_8)));
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }
}
