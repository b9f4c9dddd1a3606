package io.kubeqat.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The site in Debian's Chromium, from a folder and without a network, as a person sees it at a desk and on a phone, by day and by night.
///
/// `-Dpictures=true` leaves a picture of each page in `target/pictures`, to be looked at.
final class BrowserIT {
    private static final Path SITE = Path.of("target/site");
    private static final Path PICTURES = Path.of("target/pictures");
    private static final String URL = "file:///site/";

    private static Browser browser;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException, InterruptedException {
        browser = Browser.start(root(folder), SITE, Files.createFile(folder.resolve("browser.log")));
        Files.createDirectories(PICTURES);
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void atADeskByDay() {
        desk(false);
    }

    static List<String> pages() throws IOException {
        return SiteIT.pages().stream().map(page -> page.getFileName().toString()).toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void isWholeAndReadableAtADesk(String page) throws IOException {
        open(page);
        readable(page, "desk", false);
        desk(true);
        readable(page, "desk", true);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void isWholeAndReadableOnAPhone(String page) throws IOException {
        phone(false);
        open(page);
        readable(page, "phone", false);
        phone(true);
        readable(page, "phone", true);
    }

    @Test
    void apiOfTheLibrariesIsThereAndAsksNobodyElse() {
        for (String page : List.of("index", "io/kubeqat/qat/QatTopologyReader", "io/kubeqat/simulator/Simulator", "io/kubeqat/testbed/junit/OnTestbed")) {
            open("apidocs/" + page + ".html");
            assertThat(browser.problems()).isEmpty();
            assertThat(browser.requests()).isNotEmpty().allMatch(address -> address.startsWith(URL));
        }
    }

    @Test
    void isDarkWhereThatIsAskedFor() {
        open("troubleshooting.html");
        assertThat(background("body")).isGreaterThan(200);
        desk(true);
        assertThat(background("body")).isLessThan(60);
        assertThat(background("main td")).isLessThan(60);
        open("install.html");
        assertThat(background("main pre")).isLessThan(60);
    }

    /// A picture has colours of its own, which its file must change: the browser is asked for the pixel in a corner of a box.
    @Test
    void diagramsAreDarkWhereThatIsAskedFor() {
        desk(true);
        for (String picture : List.of("chain.svg", "termination.svg")) {
            open("images/" + picture);
            int box = browser.evaluate("Math.max(...getComputedStyle(document.querySelector('rect:not(.outer)')).fill.match(/[0-9]+/g).slice(0, 3).map(Number))").asInt();
            assertThat(box).as(picture).isLessThan(100);
        }
    }

    @Test
    void searchOpensTheSectionThatIsLookedFor() {
        open("index.html");
        browser.press("/");
        browser.type("QAT_DEVICES_CY");
        assertThat(found()).isNotEmpty().first().asString().contains("device-plugin");
        browser.press("Enter");
        arrivedAt("device-plugin.html#What_a_pod_can_ask_for");
        assertThat(browser.problems()).isEmpty();
    }

    @Test
    void searchIsUsedByKeysAlone() {
        open("licences.html");
        browser.press("/");
        browser.type("heartbeat");
        List<String> found = found();
        assertThat(found.size()).isGreaterThan(1);
        assertThat(selected()).isEqualTo(found.getFirst());
        browser.press("ArrowDown");
        assertThat(selected()).isEqualTo(found.get(1));
        browser.press("ArrowUp");
        browser.press("ArrowUp");
        assertThat(selected()).isEqualTo(found.getLast());
        browser.press("Escape");
        assertThat(found()).isEmpty();
        assertThat(browser.evaluate("document.activeElement.tagName").stringValue()).isEqualTo("BODY");
    }

    @Test
    void searchForgivesAMistypedWordAndSaysWhenThereIsNothing() {
        open("index.html");
        browser.press("/");
        browser.type("troubelshooting");
        assertThat(found()).anyMatch(result -> result.startsWith("Troubleshooting"));
        browser.evaluate("document.querySelector('#search input').select()");
        browser.type("xyzzyplugh");
        assertThat(browser.evaluate("document.querySelector('#search [role=status]').textContent").stringValue()).isEqualTo("Nothing found");
    }

    @Test
    void searchFitsAPhone() throws IOException {
        phone(false);
        open("install.html");
        browser.evaluate("document.querySelector('#search input').focus()");
        browser.type("memlock");
        assertThat(found()).isNotEmpty();
        readable("search", "phone", false);
        phone(true);
        readable("search", "phone", true);
    }

    @Test
    void menuIsReachedOnAPhone() {
        phone(false);
        open("install.html");
        browser.evaluate("document.querySelector('#bannerRight a').click()");
        browser.settle();
        assertThat(browser.evaluate("document.querySelector('.nav-list .active').getBoundingClientRect().top").asInt()).isBetween(0, 844);
    }

    /// What the tests above look for is seen where it is.
    @Test
    void noticesWhatIsWrong() {
        open("index.html");
        browser.evaluate("""
                new Promise(done => {
                  console.error("wrong");
                  const picture = document.createElement("img");
                  picture.onerror = () => done(true);
                  picture.src = "https://example.org/there-is-no-network.png";
                  document.querySelector("main").append(picture, Object.assign(document.createElement("div"), { style: "width: 200vw; color: #aaa; background: #bbb", textContent: "too wide, too pale" }));
                })""");
        browser.settle();
        assertThat(browser.problems()).anyMatch(problem -> problem.contains("wrong")).anyMatch(problem -> problem.contains("loadingFailed"));
        assertThat(browser.requests()).anyMatch(address -> !address.startsWith(URL));
        assertThat(overflow()).isPositive();
        assertThat(pale()).singleElement().asString().contains("too wide, too pale");
    }

    private static void desk(boolean dark) {
        browser.screen(1280, 800, false, dark);
    }

    private static void phone(boolean dark) {
        browser.screen(390, 844, true, dark);
    }

    private static void open(String page) {
        browser.open(URL + page);
    }

    private static void readable(String page, String screen, boolean dark) throws IOException {
        browser.settle();
        if (Boolean.getBoolean("pictures")) {
            browser.picture(PICTURES.resolve(page.replace(".html", "") + "-" + screen + (dark ? "-dark" : "") + ".png"));
        }
        assertThat(browser.problems()).isEmpty();
        assertThat(browser.requests()).isNotEmpty().allMatch(address -> address.startsWith(URL));
        assertThat(overflow()).as("CSS pixels that the page is wider than the screen").isZero();
        assertThat(pale()).as("texts whose contrast is below 4.5").isEmpty();
    }

    private static int overflow() {
        return browser.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth").asInt();
    }

    /// Texts with less contrast than WCAG 2.1 asks for (success criterion 1.4.3, 4.5 to 1).
    private static List<String> pale() {
        return strings("""
                (() => {
                  const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
                  const light = colour => {
                    const [r, g, b] = numbers(colour).map(value => value / 255).map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                  };
                  const ground = element => {
                    for (; element !== null; element = element.parentElement) {
                      const colour = getComputedStyle(element).backgroundColor;
                      if ((numbers(colour)[3] ?? 1) > 0) { return colour; }
                    }
                    return "rgb(255, 255, 255)";
                  };
                  return [...document.querySelectorAll("body *")]
                    .filter(element => element.checkVisibility() && [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim() !== ""))
                    .map(element => {
                      const [high, low] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
                      return { element, contrast: (high + 0.05) / (low + 0.05) };
                    })
                    .filter(({ contrast }) => contrast < 4.5)
                    .map(({ element, contrast }) => contrast.toFixed(1) + " <" + element.tagName + " class=" + element.className + "> " + element.textContent.trim().slice(0, 60));
                })()""");
    }

    /// How light an element's ground is, from 0 to 255.
    private static int background(String selector) {
        return browser.evaluate("Math.max(...getComputedStyle(document.querySelector('%s')).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number))".formatted(selector)).asInt();
    }

    private static List<String> found() {
        // The library is loaded when it is first needed.
        browser.evaluate("""
                new Promise((done, failed) => {
                  const field = document.querySelector("#search input");
                  let frames = 0;
                  const look = () => {
                    const shown = field.getAttribute("aria-expanded") === "true";
                    if (shown === (field.value !== "")) { done(true); } else if (++frames > 600) { failed(new Error("no answer to " + field.value)); } else { requestAnimationFrame(look); }
                  };
                  look();
                })""");
        browser.settle();
        return strings("[...document.querySelectorAll('#search [role=option]')].map(option => option.textContent)");
    }

    private static String selected() {
        return browser.evaluate("document.getElementById(document.querySelector('#search input').getAttribute('aria-activedescendant')).textContent").stringValue();
    }

    private static void arrivedAt(String place) {
        browser.evaluate("new Promise(done => document.readyState === 'complete' ? done(true) : addEventListener('load', () => done(true)))");
        assertThat(browser.evaluate("location.href").stringValue()).isEqualTo(URL + place);
        assertThat(browser.evaluate("document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null").asBoolean()).isTrue();
    }

    private static List<String> strings(String script) {
        List<String> strings = new ArrayList<>();
        browser.evaluate(script).forEach(value -> strings.add(value.stringValue()));
        return strings;
    }

    private static Path root(Path folder) throws IOException, InterruptedException {
        Path said = folder.resolve("cached.out");
        Process cached = new ProcessBuilder("../build/as-root", "../build/cached", "chromium", "--", "src/test/native/chromium-root").redirectError(ProcessBuilder.Redirect.INHERIT).redirectOutput(said.toFile()).start();
        assertThat(cached.waitFor()).as("exit code of build/cached").isZero();
        return Path.of(Files.readString(said).strip(), "root");
    }
}
