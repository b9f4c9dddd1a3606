package io.kubeqat.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/// Writes the source of the site: `SiteMain SITE-MODULE OUTPUT`.
public final class SiteMain {
    private SiteMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path module = Path.of(args[0]);
        Path project = module.toAbsolutePath().getParent();
        Path output = Path.of(args[1]);
        Path markdown = Files.createDirectories(output.resolve("markdown"));

        Pages pages = new Pages(project, module.resolve("pages"));
        for (String page : pages.names()) {
            Files.writeString(markdown.resolve(page + ".md"), pages.text(page));
        }
        Files.writeString(markdown.resolve("configuration.md"), new CommandReference(System.getProperty("java.class.path")).page());
        Files.writeString(markdown.resolve("licences.md"), new LicenceReport(project).page());

        Files.copy(module.resolve("site.xml"), output.resolve("site.xml"), StandardCopyOption.REPLACE_EXISTING);
        copy(module.resolve("resources"), output.resolve("resources"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
