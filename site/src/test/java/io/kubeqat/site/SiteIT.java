package io.kubeqat.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The site as it was generated.
final class SiteIT {
    private static final Path SITE = Path.of("target/site");
    private static final Pattern LINK = Pattern.compile("<a\\b[^>]*\\shref=\"([^\"]*)\"");
    /// What a browser loads without being asked.
    private static final Pattern RESOURCE = Pattern.compile("<(?:link|script|img|iframe|source|object|embed|video|audio)\\b[^>]*\\s(?:href|src|data)=\"([^\"]*)\"");
    private static final Pattern STYLE_RESOURCE = Pattern.compile("(?:url\\(\\s*['\"]?|@import\\s+['\"])([^'\")]+)");
    private static final Pattern ANCHOR = Pattern.compile("\\s(?:id|name)=\"([^\"]*)\"");

    static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(SITE)) {
            return files.filter(file -> file.toString().endsWith(".html")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void eachLinkLeadsSomewhere(Path page) throws IOException {
        for (String link : found(LINK, Files.readString(page))) {
            if (link.contains("://") || link.isEmpty()) {
                continue;
            }
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
            assertThat(target).as("link %s", link).isRegularFile();
            if (parts.length == 2) {
                assertThat(found(ANCHOR, Files.readString(target))).as("anchors for %s", link).contains(parts[1]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void loadsNothingFromElsewhere(Path page) throws IOException {
        for (String resource : found(RESOURCE, Files.readString(page))) {
            assertThat(page.resolveSibling(resource)).as("resource %s", resource).isRegularFile();
        }
    }

    @Test
    void itsStylesAndPicturesLoadNothingFromElsewhere() throws IOException {
        try (Stream<Path> files = Files.walk(SITE)) {
            for (Path file : files.filter(name -> name.toString().endsWith(".css") || name.toString().endsWith(".svg")).toList()) {
                assertThat(found(STYLE_RESOURCE, Files.readString(file))).as("%s", file).noneMatch(resource -> resource.contains("//"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void isInTheMenuAndFitsAPhone(Path page) throws IOException {
        // A menu does not link the page that it is on.
        Path other = SITE.resolve(page.endsWith("index.html") ? "install.html" : "index.html");
        assertThat(found(LINK, Files.readString(other))).contains(page.getFileName().toString());
        assertThat(Files.readString(page)).contains("name=\"viewport\"").doesNotContain("include: ");
    }

    @Test
    void referenceNamesTheOptionsOfEachCommand() throws IOException {
        assertThat(Files.readString(SITE.resolve("configuration.html")))
                .contains("--tolerate-failed-cards", "NODE_SETUP_SERVICES", "--health-bad-reads", "DEVICE_PLUGIN_SCAN_INTERVAL", "--accept", "--scenario", "--keep");
    }

    @Test
    void licencesAreListedForEachImage() throws IOException {
        assertThat(Files.readString(SITE.resolve("licences.html")))
                .contains("ingress-image", "node-setup", "device-plugin", "echo-server", "haproxy", "GPL-2.0-or-later", "openjdk", "libc6");
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1)).toList();
    }
}
