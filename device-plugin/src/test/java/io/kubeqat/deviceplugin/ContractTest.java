package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// Keeps `CONTRACT.md` true: every rule once, and every test that it names there to be run.
class ContractTest {
    private static final int RULES = 33;
    private static final Path SOURCES = Path.of("src/test/java");
    /// Not on the class path here: it needs this module's image.
    private static final Path ON_REAL_KUBELET = Path.of("../e2e/src/test/java/io/kubeqat/e2e/plugin/DevicePluginIT.java");
    private static final Pattern ROW = Pattern.compile("\\| (C[0-9]+) \\| .+ \\| (.+) \\|");
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*)\\.(\\w+)`");

    @Test
    void hasEachRuleOnceAndInOrder() throws IOException {
        assertThat(rows()).extracting(row -> row.group(1)).containsExactlyElementsOf(IntStream.rangeClosed(1, RULES).mapToObj(i -> "C" + i).toList());
    }

    @Test
    void eachRuleNamesItsTestsOrSaysThatItHasNone() throws IOException {
        assertThat(rows()).allSatisfy(row -> {
            boolean named = NAMED.matcher(row.group(2)).find();
            assertThat(named || row.group(2).startsWith("not covered: ")).as(row.group()).isTrue();
        });
    }

    @Test
    void everyNamedTestExists() throws Exception {
        for (MatchResult row : rows()) {
            for (MatchResult named : NAMED.matcher(row.group(2)).results().toList()) {
                if (named.group(1).equals("DevicePluginIT")) {
                    assertThat(Files.readString(ON_REAL_KUBELET)).as(row.group(1)).containsPattern("@Test\\s+(@Order\\([0-9]+\\)\\s+)?void " + named.group(2) + "\\(");
                    continue;
                }
                Method[] methods = testClass(named.group(1)).getDeclaredMethods();
                assertThat(Arrays.stream(methods).filter(ContractTest::isTest).map(Method::getName)).as(row.group(1)).contains(named.group(2));
            }
        }
    }

    private static List<MatchResult> rows() throws IOException {
        return ROW.matcher(Files.readString(Path.of("CONTRACT.md"))).results().toList();
    }

    private static Class<?> testClass(String name) throws IOException, ClassNotFoundException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Path> sources = files.filter(file -> file.endsWith(name + ".java")).toList();
            assertThat(sources).as("%s.java below %s", name, SOURCES).hasSize(1);
            return Class.forName(SOURCES.relativize(sources.getFirst()).toString().replace(".java", "").replace('/', '.'));
        }
    }

    private static boolean isTest(Method method) {
        return method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class);
    }
}
