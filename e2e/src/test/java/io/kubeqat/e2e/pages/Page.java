package io.kubeqat.e2e.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The commands of a page, in its order.
///
/// A block of `sh` is one command that must succeed. In a block of `console`, a line that begins with `$ ` is a command, lines that begin with `> ` go on with it, and the lines
/// after it are what it prints: a line `…` stands for any lines or none, and `…` within a line for any characters. Other blocks are not run.
record Page(List<Step> steps) {
    /// @param expected empty: whatever it prints, as long as it succeeds
    record Step(String command, List<String> expected, boolean compared) {
        /// Whether output is what the page says; blank lines at the end do not count.
        boolean matches(String output) {
            return !compared || pattern().matcher(output.stripTrailing() + "\n").matches();
        }

        private Pattern pattern() {
            return Pattern.compile(expected.stream()
                    .map(line -> line.equals("…") ? "(?:.*\\n)*?" : Pattern.compile("…").splitAsStream(line + "\n").map(Pattern::quote).collect(Collectors.joining(".*?")))
                    .collect(Collectors.joining()) + (expected.isEmpty() ? "\\n" : ""));
        }
    }

    static Page read(Path file) throws IOException {
        return of(Files.readAllLines(file));
    }

    /// Of the part below a heading of the second level.
    static Page section(Path file, String heading) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int start = lines.indexOf("## " + heading);
        if (start < 0) {
            throw new IllegalArgumentException("there is no section \"" + heading + "\" in " + file);
        }
        return of(lines.subList(start + 1, lines.size()).stream().takeWhile(line -> !line.startsWith("## ")).toList());
    }

    static Page of(List<String> page) {
        return new Page(CodeBlock.of(page).stream().flatMap(block -> steps(block).stream()).toList());
    }

    static List<Step> steps(CodeBlock block) {
        return switch (block.language()) {
            case "sh" -> List.of(new Step(String.join("\n", block.lines()), List.of(), false));
            case "console" -> console(block.lines());
            default -> List.of();
        };
    }

    private static List<Step> console(List<String> lines) {
        List<Step> steps = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("$ ")) {
                steps.add(new Step(line.substring(2), new ArrayList<>(), true));
            } else if (line.startsWith("> ")) {
                Step begun = steps.removeLast();
                steps.add(new Step(begun.command + "\n" + line.substring(2), begun.expected, true));
            } else {
                // Output without a command is somebody else's.
                if (!steps.isEmpty()) {
                    steps.getLast().expected.add(line);
                }
            }
        }
        return steps;
    }
}
