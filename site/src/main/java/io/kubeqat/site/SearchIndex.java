package io.kubeqat.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;

/// What can be found on the site: each section of each page, as the generator laid it out.
///
/// @param sections in the order of the pages' names, and of the text
record SearchIndex(List<Section> sections) {
    /// A heading and the text up to the next one.
    ///
    /// @param id its place in the index
    /// @param href page and anchor
    /// @param page the page's title
    /// @param heading the heading, equal to `page` for what stands at the top
    /// @param text white space is one space
    record Section(int id, String href, String page, String heading, String text) {}

    private static final String HEADINGS = "h1, h2, h3";
    /// Elements that end a word.
    private static final String BLOCKS = "p, li, td, th, tr, pre, h1, h2, h3, h4, dt, dd, div";

    SearchIndex {
        sections = List.copyOf(sections);
    }

    static SearchIndex of(Path site) throws IOException {
        List<Section> sections = new ArrayList<>();
        try (Stream<Path> files = Files.list(site)) {
            for (Path file : files.filter(name -> name.toString().endsWith(".html")).sorted().toList()) {
                collect(file.getFileName().toString(), Jsoup.parse(file), sections);
            }
        }
        return new SearchIndex(sections);
    }

    private static void collect(String file, Document document, List<Section> sections) {
        Element main = document.selectFirst("main");
        if (main == null) {
            throw new IllegalArgumentException(file + " has no <main>: the skin has changed, and what is to be found must be looked for elsewhere");
        }
        String page = document.title().replaceFirst(" – kube-qat$", "");
        String[] open = {file, page};
        StringBuilder text = new StringBuilder();
        main.traverse((node, _) -> {
            switch (node) {
                case Element heading when heading.is(HEADINGS) -> {
                    add(sections, open, page, text);
                    open[0] = heading.is("h1") ? file : file + "#" + anchor(heading);
                    open[1] = heading.is("h1") ? page : heading.text();
                }
                case Element block when block.is(BLOCKS) -> text.append(' ');
                case TextNode words when !(words.parent() instanceof Element parent && parent.is(HEADINGS)) -> text.append(words.getWholeText());
                case Node _ -> { }
            }
        });
        add(sections, open, page, text);
    }

    /// The skin puts an empty anchor in front of a heading, or gives it an id.
    private static String anchor(Element heading) {
        Element before = heading.previousElementSibling();
        return heading.hasAttr("id") || before == null ? heading.id() : before.id();
    }

    private static void add(List<Section> sections, String[] open, String page, StringBuilder text) {
        String words = text.toString().replaceAll("\\s+", " ").strip();
        if (!words.isEmpty() || !open[1].equals(page)) {
            sections.add(new Section(sections.size(), open[0], page, open[1], words));
        }
        text.setLength(0);
    }
}
