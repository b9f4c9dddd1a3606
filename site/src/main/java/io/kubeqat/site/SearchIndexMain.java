package io.kubeqat.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;

/// Makes a generated site searchable: `SearchIndexMain SITE LIBRARY-VERSION`. Index and library become scripts of the site, because a page that was opened from a folder may load those, and nothing else.
public final class SearchIndexMain {
    private SearchIndexMain() {}

    /// @param args the folder of the site, and the version of the webjar with the library
    /// @throws IOException when a page cannot be read or a script not be written
    public static void main(String[] args) throws IOException {
        Path scripts = Path.of(args[0], "js");
        Files.writeString(scripts.resolve("search-index.js"), "window.searchIndex = " + JsonMapper.shared().writeValueAsString(SearchIndex.of(Path.of(args[0])).sections()) + ";\n");
        Files.writeString(scripts.resolve("fuse.js"), library(args[1]));
    }

    private static String library(String version) throws IOException {
        String name = "/META-INF/resources/webjars/fuse.js/" + version + "/dist/fuse.min.js";
        try (InputStream script = SearchIndexMain.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IOException("the webjar of Fuse.js has no " + name);
            }
            // The map is for debuggers, and not here.
            return new String(script.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^//# sourceMappingURL=.*$", "").strip() + "\n";
        }
    }
}
