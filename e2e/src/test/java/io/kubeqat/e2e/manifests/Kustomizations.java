package io.kubeqat.e2e.manifests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/// Every kustomization that the project ships, found by looking.
final class Kustomizations {
    /// What is built, tests' own, and what is no source.
    private static final Set<String> NOT_SHIPPED = Set.of("target", "src", ".git");
    private static final String FILE = "kustomization.yaml";

    private final Path project;
    private final SortedMap<Path, Map<String, Object>> files = new TreeMap<>();

    /// @param project the checkout
    Kustomizations(Path project) throws IOException {
        this.project = project;
        Files.walkFileTree(project, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return NOT_SHIPPED.contains(directory.getFileName().toString()) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (file.getFileName().toString().equals(FILE)) {
                    files.put(file.getParent(), new Yaml().load(Files.readString(file)));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /// What can be built, by the folder as a reader names it. A component is built with the base that it lies in; one that lies in none must be part of another
    /// kustomization here, and is built there.
    ///
    /// @param work a folder in the checkout for kustomizations that put a component on its base
    SortedMap<String, Path> buildable(Path work) throws IOException {
        SortedMap<String, Path> buildable = new TreeMap<>();
        for (Path folder : files.keySet()) {
            if (!isComponent(folder)) {
                buildable.put(name(folder), folder);
            } else if (base(folder).isPresent()) {
                Path composed = Files.createDirectories(work.resolve(name(folder)));
                Files.writeString(composed.resolve(FILE), """
                        apiVersion: kustomize.config.k8s.io/v1beta1
                        kind: Kustomization
                        resources: ["%s"]
                        components: ["%s"]
                        """.formatted(composed.relativize(base(folder).get()), composed.relativize(folder)));
                buildable.put(name(folder), composed);
            }
        }
        return buildable;
    }

    /// Components that nothing builds.
    List<String> orphans() {
        Set<Path> used = new TreeSet<>();
        files.forEach((folder, content) -> list(content, "components").forEach(path -> used.add(folder.resolve(path).normalize())));
        return files.keySet().stream().filter(folder -> isComponent(folder) && base(folder).isEmpty() && !used.contains(folder)).map(this::name).toList();
    }

    /// YAML files beside a kustomization that no field of it names.
    List<String> unnamed() {
        List<String> unnamed = new ArrayList<>();
        files.forEach((folder, content) -> {
            String all = content.toString();
            try (Stream<Path> beside = Files.list(folder)) {
                beside.map(file -> file.getFileName().toString()).filter(name -> name.matches(".*\\.ya?ml") && !name.equals(FILE) && !all.contains(name))
                        .forEach(name -> unnamed.add(name(folder.resolve(name))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return unnamed;
    }

    private boolean isComponent(Path folder) {
        return "Component".equals(files.get(folder).get("kind"));
    }

    private Optional<Path> base(Path component) {
        return component.getParent().getFileName().toString().equals("components") ? Optional.of(component.getParent().getParent()).filter(files::containsKey) : Optional.empty();
    }

    private String name(Path path) {
        return project.relativize(path).toString();
    }

    @SuppressWarnings("unchecked")
    private static List<String> list(Map<String, Object> content, String key) {
        return (List<String>) content.getOrDefault(key, List.of());
    }
}
