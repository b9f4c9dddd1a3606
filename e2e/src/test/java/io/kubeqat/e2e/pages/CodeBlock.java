package io.kubeqat.e2e.pages;

import java.util.ArrayList;
import java.util.List;

/// A fenced block of a page.
///
/// @param line of its first line of content in the page, from 1
/// @param language as the fence says; `text` where it says nothing
record CodeBlock(int line, String language, List<String> lines) {
    private static final String FENCE = "```";

    CodeBlock {
        lines = List.copyOf(lines);
    }

    String content() {
        return String.join("\n", lines) + "\n";
    }

    /// @throws IllegalArgumentException when the last one is not closed
    static List<CodeBlock> of(List<String> page) {
        List<CodeBlock> blocks = new ArrayList<>();
        String language = "";
        int start = 0;
        for (int i = 0; i < page.size(); i++) {
            String line = page.get(i);
            if (!line.startsWith(FENCE)) {
                continue;
            }
            if (language.isEmpty()) {
                language = line.equals(FENCE) ? "text" : line.substring(FENCE.length()).strip();
                start = i + 1;
            } else {
                blocks.add(new CodeBlock(start + 1, language, page.subList(start, i)));
                language = "";
            }
        }
        if (!language.isEmpty()) {
            throw new IllegalArgumentException("the block that begins in line " + (start + 1) + " is not closed");
        }
        return blocks;
    }
}
