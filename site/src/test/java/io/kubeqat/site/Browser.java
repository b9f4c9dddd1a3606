package io.kubeqat.site;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Debian's Chromium with one page, without a window and without a network, by its own protocol (<https://chromedevtools.github.io/devtools-protocol/>) over a pipe: no driver beside
/// it, no port, nothing to download but the package.
///
/// For one thread. Whatever the browser says while something else is waited for is kept, so that nothing a page did can be missed.
final class Browser implements AutoCloseable {
    private static final long LONGEST_LIFE_MINUTES = 8;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Process process;
    private final Path log;
    private final InputStream answers;
    private final List<JsonNode> events = new ArrayList<>();
    private String session;
    private int calls;

    private Browser(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.answers = new BufferedInputStream(process.getInputStream());
        // What waits for a browser that does not answer must end.
        CompletableFuture.delayedExecutor(LONGEST_LIFE_MINUTES, TimeUnit.MINUTES).execute(process::destroyForcibly);
    }

    /// @param root what `chromium-root` made
    /// @param site what the browser sees as `/site`
    /// @param log takes what the browser itself prints
    static Browser start(Path root, Path site, Path log) throws IOException {
        Process process = new ProcessBuilder("../build/as-root", "src/test/native/browser", root.toString(), site.toRealPath().toString()).redirectError(log.toFile()).start();
        Browser browser = new Browser(process, log);
        try {
            String target = browser.call("Target.createTarget", Map.of("url", "about:blank")).get("targetId").stringValue();
            browser.session = browser.call("Target.attachToTarget", Map.of("targetId", target, "flatten", true)).get("sessionId").stringValue();
            for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
                browser.call(domain + ".enable", Map.of());
            }
            return browser;
        } catch (RuntimeException e) {
            browser.close();
            throw e;
        }
    }

    /// @param width of the window, in CSS pixels
    /// @param phone as a phone shows it: with the page's own idea of its width, and fingers for a mouse
    /// @param dark what the person has asked for in the system's settings
    void screen(int width, int height, boolean phone, boolean dark) {
        call("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", phone));
        call("Emulation.setTouchEmulationEnabled", Map.of("enabled", phone));
        call("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /// Goes to a page and waits until it is there with all that it loads. What was noted before is forgotten.
    ///
    /// @param url such as `file:///site/index.html`
    void open(String url) {
        events.clear();
        JsonNode answer = call("Page.navigate", Map.of("url", url));
        if (answer.has("errorText")) {
            throw new IllegalStateException(url + ": " + answer.get("errorText").stringValue());
        }
        await("Page.loadEventFired");
        settle();
    }

    /// Waits for what a page does once it is there: two frames.
    void settle() {
        evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
    }

    /// @param script an expression, or a promise of one
    /// @return its value
    /// @throws IllegalStateException when it throws
    JsonNode evaluate(String script) {
        JsonNode answer = call("Runtime.evaluate", Map.of("expression", script, "awaitPromise", true, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(script + ": " + answer.get("exceptionDetails"));
        }
        return answer.get("result").path("value");
    }

    void type(String text) {
        call("Input.insertText", Map.of("text", text));
    }

    /// @param key its name in the browser: `Enter`, `ArrowDown`, `/`
    void press(String key) {
        String text = switch (key) {
            case "Enter" -> "\r";
            case String single when single.length() == 1 -> single;
            default -> "";
        };
        int code = switch (key) {
            case "Enter" -> 13;
            case "Escape" -> 27;
            case "ArrowUp" -> 38;
            case "ArrowDown" -> 40;
            default -> 0;
        };
        call("Input.dispatchKeyEvent", Map.of("type", text.isEmpty() ? "rawKeyDown" : "keyDown", "key", key, "text", text, "windowsVirtualKeyCode", code));
        call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
    }

    /// Every address that was asked for since [#open]; what a page brings with it (`data:`) is not asked of anybody.
    List<String> requests() {
        return named("Network.requestWillBeSent").map(event -> event.get("request").get("url").stringValue()).filter(url -> !url.startsWith("data:")).toList();
    }

    /// What went wrong since [#open]: errors and warnings of the console, exceptions, and requests without an answer.
    List<String> problems() {
        return events.stream().filter(event -> switch (event.get("method").stringValue()) {
            case "Runtime.exceptionThrown", "Network.loadingFailed" -> true;
            case "Runtime.consoleAPICalled" -> List.of("error", "warning", "assert").contains(event.get("params").get("type").stringValue());
            case "Log.entryAdded" -> List.of("error", "warning").contains(event.get("params").get("entry").get("level").stringValue());
            default -> false;
        }).map(JsonNode::toString).toList();
    }

    /// What the screen shows, as a picture.
    ///
    /// @param file ends with `.png`
    void picture(Path file) throws IOException {
        String data = call("Page.captureScreenshot", Map.of("format", "png")).get("data").stringValue();
        Files.write(file, Base64.getDecoder().decode(data));
    }

    private Stream<JsonNode> named(String method) {
        return events.stream().filter(event -> event.get("method").stringValue().equals(method)).map(event -> event.get("params"));
    }

    private void await(String method) {
        while (events.stream().noneMatch(event -> event.get("method").stringValue().equals(method))) {
            events.add(message());
        }
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        int id = ++calls;
        Map<String, Object> call = new TreeMap<>(Map.of("id", id, "method", method, "params", parameters));
        if (session != null) {
            call.put("sessionId", session);
        }
        try {
            process.getOutputStream().write((JSON.writeValueAsString(call) + "\0").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the browser has ended: " + printed(), e);
        }
        for (JsonNode message = message(); ; message = message()) {
            if (message.path("id").asInt(0) == id) {
                if (message.has("error")) {
                    throw new IllegalStateException(method + ": " + message.get("error"));
                }
                return message.get("result");
            }
            events.add(message);
        }
    }

    private JsonNode message() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            for (int next = answers.read(); next != 0; next = answers.read()) {
                if (next < 0) {
                    throw new IllegalStateException("the browser has ended: " + printed());
                }
                bytes.write(next);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return JSON.readTree(bytes.toByteArray());
    }

    private String printed() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
