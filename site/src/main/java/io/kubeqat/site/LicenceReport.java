package io.kubeqat.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/// What each image redistributes under which licence, from the bills of materials beside the images.
record LicenceReport(Path project) {
    String page() throws IOException {
        StringBuilder page = new StringBuilder("""
                # Images and licences

                kube-qat itself is Apache-2.0. An image also holds the work of others; this is what, from each image's own bill of materials (CycloneDX; in the image
                `/usr/share/kube-qat/sbom.json`). Where a licence asks for the sources of a binary (GPL, LGPL, MPL): Debian's archive has those of each Debian package in the version
                named here, and the changes made here are the patches of `ingress-image/patches`, each under the licence of what it patches.

                Under Apache-2.0, too: the library by which this site is searched ([Fuse.js](https://www.fusejs.io)) and its skin (Apache Maven Fluido).
                """);
        for (Path bill : bills()) {
            page.append("\n## ").append(project.relativize(bill.getParent().getParent())).append("\n\n| Licence | Parts |\n|---|---|\n");
            byLicence(bill).forEach((licence, parts) -> page.append("| ").append(licence).append(" | ").append(String.join(", ", parts)).append(" |\n"));
        }
        return page.toString();
    }

    private List<Path> bills() throws IOException {
        try (Stream<Path> files = Files.find(project, 4, (file, attributes) -> file.endsWith("target/jib-image-sbom.json"))) {
            return files.sorted().toList();
        }
    }

    private static Map<String, SortedSet<String>> byLicence(Path bill) throws IOException {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(32 << 20);
        List<Map<String, Object>> components = new ArrayList<>();
        collect(new Yaml(options).load(Files.readString(bill)), components);
        Map<String, SortedSet<String>> parts = new TreeMap<>();
        for (Map<String, Object> component : components) {
            parts.computeIfAbsent(licence(component), licence -> new TreeSet<>()).add(component.get("name") + " " + component.get("version"));
        }
        return parts;
    }

    private static void collect(Map<String, Object> parent, List<Map<String, Object>> all) {
        for (Map<String, Object> child : LicenceReport.<List<Map<String, Object>>>cast(parent.getOrDefault("components", List.of()))) {
            all.add(child);
            collect(child, all);
        }
    }

    private static String licence(Map<String, Object> component) {
        List<Map<String, Object>> choices = cast(component.get("licenses"));
        return choices.stream().map(choice -> {
            Map<String, Object> licence = cast(choice.getOrDefault("license", Map.of()));
            return Stream.of(choice.get("expression"), licence.get("id"), licence.get("name")).filter(value -> value != null).findFirst().orElseThrow().toString();
        }).collect(Collectors.joining(", "));
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }
}
