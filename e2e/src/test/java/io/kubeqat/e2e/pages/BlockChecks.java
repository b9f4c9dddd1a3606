package io.kubeqat.e2e.pages;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kubeqat.e2e.manifests.UnknownFields;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.tomlj.Toml;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/// What is wrong with the blocks of a page. Each kind of block is held against the thing itself: a parser, a compiler, a shell, the files of the checkout.
///
/// @param version the project's, which an example of its own artifacts must name
record BlockChecks(Checkout checkout, String version) {
    private static final Set<String> KUSTOMIZATION = Set.of("apiVersion", "kind", "namespace", "resources", "components", "patches", "images", "configMapGenerator", "secretGenerator", "labels");
    private static final Pattern WORD = Pattern.compile("[^\\s'\"();|&<>=]+");
    private static final Pattern COMMAND = Pattern.compile("(make|mvn|kubectl|sudo|java|git|build/|testbed/|\\./)\\b.*");
    /// What a program of somebody else gets to read.
    private static final String TEXT = "'[^'\n]*'";
    /// In the text around the blocks.
    private static final Pattern MAKE = Pattern.compile("`make ([a-z][a-z-]*)");
    private static final String COMMENT = "(?m)(^|\\s)#.*$";
    private static final String IMPORTS = """
            import static org.assertj.core.api.Assertions.*;
            import static org.junit.jupiter.api.Assertions.*;
            import io.kubeqat.pci.*;
            import io.kubeqat.qat.*;
            import io.kubeqat.simulator.*;
            import io.kubeqat.sysfs.*;
            import io.kubeqat.testbed.*;
            import io.kubeqat.testbed.junit.*;
            import io.kubeqat.testbed.machine.*;
            import java.nio.file.*;
            import java.util.*;
            import java.util.concurrent.*;
            import org.junit.jupiter.api.*;
            """;

    /// A problem of a block, `line` counted from its first line, from 0.
    private record Found(int line, String what) {}

    /// Problems, each with the page's line: `page.md:12: …`.
    List<String> problems(Path page) {
        String name = checkout.project().relativize(page).toString();
        List<String> problems = new ArrayList<>();
        List<String> lines = Checkout.read(page).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            for (MatchResult make : MAKE.matcher(lines.get(i)).results().filter(make -> !checkout.targets().contains(make.group(1))).toList()) {
                problems.add("%s:%d: the Makefile has no target %s".formatted(name, i + 1, make.group(1)));
            }
        }
        for (CodeBlock block : CodeBlock.of(lines)) {
            for (Found found : check(block)) {
                problems.add("%s:%d: %s".formatted(name, block.line() + found.line(), found.what()));
            }
        }
        return problems;
    }

    private List<Found> check(CodeBlock block) {
        return switch (block.language()) {
            case "text" -> text(block);
            case "sh", "console" -> Page.steps(block).stream().flatMap(step -> shell(block, step.command()).stream()).toList();
            case "yaml" -> yaml(block.content());
            case "xml" -> xml(block.content());
            case "toml" -> Toml.parse(block.content()).errors().stream().map(error -> new Found(error.position().line() - 1, error.getMessage())).toList();
            case "ini" -> block.lines().stream().filter(line -> !line.matches("\\[\\w+]|\\w+=.*|#.*|")).map(line -> new Found(block.lines().indexOf(line), "neither a section nor a setting: " + line)).toList();
            case "java" -> java(block);
            default -> List.of(new Found(-1, "a block of \"" + block.language() + "\", which nothing here can check"));
        };
    }

    /// Output and drawings. A command belongs into a block that is checked.
    private static List<Found> text(CodeBlock block) {
        return block.lines().stream().filter(line -> COMMAND.matcher(line).matches()).map(line -> new Found(block.lines().indexOf(line), "a command in a block that says no language: ```sh")).toList();
    }

    private List<Found> shell(CodeBlock block, String command) {
        List<Found> found = new ArrayList<>();
        String first = command.lines().findFirst().orElse("");
        int start = block.lines().indexOf(block.language().equals("console") ? "$ " + first : first);
        bash(command).ifPresent(error -> found.add(new Found(start, error)));
        String[] lines = command.replaceAll(TEXT, "''").replaceAll(COMMENT, "$1").split("\n");
        for (int i = 0; i < lines.length; i++) {
            for (String problem : words(lines, i)) {
                found.add(new Found(start + i, problem));
            }
        }
        return found;
    }

    private static Optional<String> bash(String command) {
        try {
            Process bash = new ProcessBuilder("bash", "-n", "-c", command).redirectErrorStream(true).start();
            String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return bash.waitFor() == 0 ? Optional.empty() : Optional.of("bash refuses it: " + said.strip().replace('\n', ' '));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> words(String[] lines, int number) {
        List<String> problems = new ArrayList<>();
        List<String> words = WORD.matcher(lines[number]).results().map(MatchResult::group).toList();
        String program = number > 0 && lines[number - 1].endsWith("\\") ? program(lines[number - 1]) : "";
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String before = i == 0 ? "" : words.get(i - 1);
            if (before.equals("make") && !checkout.targets().contains(word)) {
                problems.add("the Makefile has no target " + word);
            } else if (before.equals("-pl") && !checkout.modules().containsAll(List.of(word.split(",")))) {
                problems.add("there is no module " + word);
            } else if (before.equals("-k") && !checkout.has(word + "/kustomization.yaml")) {
                problems.add("there is no " + word + "/kustomization.yaml");
            } else if (checkout.isPath(word) && !checkout.has(word)) {
                problems.add("there is no " + word);
            }
            program = program(word).isEmpty() ? program : program(word);
            if (!program.isEmpty() && word.matches("--[a-z].*") && !checkout.flags(program).contains(word)) {
                problems.add(program + " has no flag " + word);
            }
        }
        return problems;
    }

    /// The program of ours that words name, whose flags follow: a script of the project, or the module of a main class.
    private String program(String words) {
        String program = "";
        for (MatchResult word : WORD.matcher(words).results().toList()) {
            Path file = checkout.project().resolve(word.group());
            if (word.group().matches("[a-z-]+/[a-z-]+") && Files.isRegularFile(file) && Files.isExecutable(file)) {
                program = word.group();
            } else if (word.group().matches("io\\.kubeqat\\.[a-z]+\\.\\w+Main")) {
                program = module(word.group());
            }
        }
        return program;
    }

    private String module(String mainClass) {
        String file = "src/main/java/" + mainClass.replace('.', '/') + ".java";
        return checkout.modules().stream().filter(module -> checkout.has(module + "/" + file)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no module has the class " + mainClass));
    }

    private static List<Found> yaml(String content) {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        KubernetesSerialization model = new KubernetesSerialization();
        List<Found> found = new ArrayList<>();
        try {
            for (Object document : new Yaml(new SafeConstructor(strict)).loadAll(content)) {
                if (!(document instanceof Map<?, ?> map)) {
                    found.add(new Found(0, "no mapping, but " + document));
                } else if (map.containsKey("kind")) {
                    HasMetadata object = model.unmarshal(model.asYaml(map));
                    UnknownFields.of(object).forEach(problem -> found.add(new Found(0, problem.toString())));
                } else if (map.containsKey("resources") || map.containsKey("components")) {
                    map.keySet().stream().filter(key -> !KUSTOMIZATION.contains(key)).forEach(key -> found.add(new Found(0, "a kustomization has no " + key)));
                }
            }
        } catch (MarkedYAMLException e) {
            found.add(new Found(e.getProblemMark().getLine(), e.getProblem()));
        } catch (IllegalArgumentException e) {
            found.add(new Found(0, e.getMessage()));
        }
        return found;
    }

    private List<Found> xml(String content) {
        try {
            var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            builder.setErrorHandler(new Silent());
            NodeList dependencies = builder.parse(new InputSource(new StringReader(content))).getElementsByTagName("dependency");
            List<Found> found = new ArrayList<>();
            for (int i = 0; i < dependencies.getLength(); i++) {
                Element dependency = (Element) dependencies.item(i);
                String named = dependency.getElementsByTagName("version").getLength() == 0 ? version : dependency.getElementsByTagName("version").item(0).getTextContent();
                if (dependency.getElementsByTagName("groupId").item(0).getTextContent().equals("io.kubeqat") && !named.equals(version)) {
                    found.add(new Found(0, "names version " + named + " of ours, which is " + version));
                }
            }
            return found;
        } catch (SAXParseException e) {
            return List.of(new Found(e.getLineNumber() - 1, e.getMessage()));
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The parser prints what it throws, too.
    private static final class Silent implements ErrorHandler {
        @Override
        public void warning(SAXParseException e) {}

        @Override
        public void error(SAXParseException e) throws SAXParseException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXParseException {
            throw e;
        }
    }

    /// A block that includes a file is compiled where that is; another is compiled here, as classes or as the body of a method.
    private List<Found> java(CodeBlock block) {
        if (block.lines().size() == 1 && block.lines().getFirst().startsWith("include: ")) {
            String file = block.lines().getFirst().substring("include: ".length());
            return file.matches(".*/src/(main|test)/java/.*\\.java") && checkout.has(file) ? List.of() : List.of(new Found(0, file + " is not among the sources of a build"));
        }
        boolean classes = block.lines().stream().anyMatch(line -> line.matches("((public|final|abstract|sealed) )*(class|record|interface|enum) .*"));
        String before = IMPORTS + (classes ? "" : "class Block { void block() throws Exception {\n");
        return compile(before + block.content() + (classes ? "" : "}}\n")).stream()
                .map(diagnostic -> new Found((int) (diagnostic.getLineNumber() - 1 - before.lines().count()), diagnostic.getMessage(null).replace('\n', ' ')))
                .toList();
    }

    private static List<Diagnostic<? extends JavaFileObject>> compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, null, StandardCharsets.UTF_8)) {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of(System.getProperty("java.class.path").split(":")).stream().map(Path::of).toList());
            JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Block.java"), JavaFileObject.Kind.SOURCE) {
                @Override
                public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                    return source;
                }
            };
            // Nothing is written: -proc:none and no class files.
            compiler.getTask(null, files, diagnostics, List.of("-proc:none", "-XDshould-stop.ifNoError=FLOW"), null, List.of(file)).call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return diagnostics.getDiagnostics().stream().filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR).collect(Collectors.toList());
    }
}
