package io.kubeqat.e2e.pages;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a page may name: the files of the project, its modules, the targets of its Makefile, and the flags of its commands.
///
/// @param project the checkout
record Checkout(Path project) {
    private static final Pattern TARGET = Pattern.compile("(?m)^([a-z][a-z-]*):");
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
    private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--[a-z][a-z-]+");
    /// The agents make flags of the names of their settings.
    private static final Pattern SETTING = Pattern.compile("(?m)^ {4}([A-Z][A-Z_]*)\\(");

    /// Pages for people: those of the site, and each README and its kin.
    List<Path> pages() {
        return files(".md").filter(file -> !file.toString().contains("/test/")).toList();
    }

    Set<String> targets() {
        return found(TARGET, read(project.resolve("Makefile")));
    }

    Set<String> modules() {
        return found(MODULE, read(project.resolve("pom.xml")));
    }

    /// The flags of a program, by what its sources say.
    ///
    /// @param program a script of the project, or a module's name
    Set<String> flags(String program) {
        Path file = project.resolve(program);
        if (Files.isRegularFile(file)) {
            String script = read(file);
            Set<String> flags = found(FLAG, script);
            // A script that only starts a module's program.
            Pattern.compile("run-module\"? ([a-z-]+) io\\.kubeqat").matcher(script).results().forEach(starts -> flags.addAll(flags(starts.group(1))));
            return flags;
        }
        String sources = sources(file.resolve("src/main/java"));
        Set<String> flags = new TreeSet<>(Set.of("--help", "--version"));
        flags.addAll(found(FLAG, sources));
        found(SETTING, sources).forEach(name -> flags.add("--" + name.toLowerCase(Locale.ROOT).replace('_', '-')));
        return flags;
    }

    /// All that the programs can print: every main source, with strings that stand on several lines made one.
    String sources() {
        try (Stream<Path> modules = Files.list(project)) {
            String java = modules.map(module -> module.resolve("src/main/java")).filter(Files::isDirectory).map(Checkout::sources).collect(joining());
            return java.replaceAll("\"\\s*\\+\\s*\"", "") + read(project.resolve("ingress-image/preflight/qat-preflight.c"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String sourcesOf(String module) {
        return sources(project.resolve(module).resolve("src/main/java"));
    }

    /// Whether a path that a page names is there. What a build makes (`target`) is as good as its module; an ending with `*` counts by the folder.
    boolean has(String path) {
        String real = path.replaceAll("/target/.*", "").replaceAll("[^/]*\\*.*", "");
        return Files.exists(project.resolve(real));
    }

    /// Whether a word is meant to be a path of the project: it begins with one of its folders.
    boolean isPath(String word) {
        int slash = word.indexOf('/');
        return slash > 0 && !word.startsWith(".") && Files.isDirectory(project.resolve(word.substring(0, slash)));
    }

    private Stream<Path> files(String ending) {
        try (Stream<Path> files = Files.walk(project)) {
            return files.filter(file -> file.toString().endsWith(ending) && !project.relativize(file).toString().matches("(.*/)?(target|\\..*)/.*")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sources(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().map(Checkout::read).collect(joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        pattern.matcher(text).results().forEach(result -> found.add(result.group(result.groupCount())));
        return found;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
