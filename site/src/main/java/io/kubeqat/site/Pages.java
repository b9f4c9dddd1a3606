package io.kubeqat.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The pages, with what they include.
///
/// A line `include: FILE` in a page stands for a file of the project, `include: FILE # HEADING` for one section of it, without the heading. Links between files become links
/// between the pages that include them; a link to a file that is on no page becomes its name.
final class Pages {
    private static final Pattern INCLUDE = Pattern.compile("include: (\\S+)(?: # (.+))?");
    private static final Pattern LINK = Pattern.compile("(!?)\\[([^\\]]*)\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(#+) (.*)");

    private final Path project;
    private final Path folder;
    private final Map<String, String> sources = new TreeMap<>();
    private final Map<String, String> pageOfFile = new TreeMap<>();

    Pages(Path project, Path folder) throws IOException {
        this.project = project;
        this.folder = folder;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().replace(".md", "");
                sources.put(name, Files.readString(file));
                INCLUDE.matcher(sources.get(name)).results()
                        .filter(include -> include.group(2) == null)
                        .forEach(include -> pageOfFile.put(include.group(1), name));
            }
        }
        pageOfFile.put("README.md", "index");
    }

    List<String> names() {
        return List.copyOf(sources.keySet());
    }

    String text(String page) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line : sources.get(page).lines().toList()) {
            Matcher include = INCLUDE.matcher(line);
            text.append(include.matches() ? included(include.group(1), include.group(2), !text.isEmpty()) : line).append('\n');
        }
        return text.toString();
    }

    /// A file that is included below a heading of the page loses its own.
    private String included(String file, String heading, boolean below) throws IOException {
        Path path = project.resolve(file);
        if (!Files.exists(path)) {
            throw new IOException("a page of " + folder + " includes " + file + ", which does not exist: correct the page, or put the file back");
        }
        String text = Files.readString(path);
        if (!file.endsWith(".md")) {
            return text;
        }
        String part = heading == null ? text : section(file, text, heading);
        return links(below ? part.replaceFirst("\\A# .*\n", "") : part, path.getParent());
    }

    private String section(String file, String text, String heading) throws IOException {
        StringBuilder section = new StringBuilder();
        int level = 0;
        boolean code = false;
        for (String line : text.lines().toList()) {
            code ^= line.startsWith("```");
            Matcher head = HEADING.matcher(line);
            if (!code && head.matches()) {
                if (level > 0 && head.group(1).length() <= level) {
                    break;
                }
                if (level == 0 && head.group(2).equals(heading)) {
                    level = head.group(1).length();
                    continue;
                }
            }
            if (level > 0) {
                section.append(line).append('\n');
            }
        }
        if (level == 0) {
            throw new IOException("a page of " + folder + " includes the section \"" + heading + "\" of " + file + ", which it does not have: correct the page");
        }
        return section.toString();
    }

    private String links(String text, Path folderOfFile) {
        StringBuilder result = new StringBuilder();
        boolean code = false;
        for (String line : text.lines().toList()) {
            code ^= line.startsWith("```");
            result.append(code ? line : LINK.matcher(line).replaceAll(link -> Matcher.quoteReplacement(link(link.group(2), link.group(3), folderOfFile)))).append('\n');
        }
        return result.toString();
    }

    private String link(String label, String target, Path folderOfFile) {
        if (target.startsWith("#")) {
            return label;
        }
        if (target.contains("://")) {
            return "[" + label + "](" + target + ")";
        }
        String file = project.relativize(folderOfFile.resolve(target.replaceAll("#.*", "")).normalize()).toString();
        String page = pageOfFile.getOrDefault(file, pageOfFile.get(file + "/README.md"));
        if (page != null) {
            return "[" + label + "](" + page + ".html)";
        }
        return label.replace("`", "").equals(file) ? "`" + file + "`" : label + " (`" + file + "`)";
    }
}
