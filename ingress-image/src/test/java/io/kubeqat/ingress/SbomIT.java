package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/// The bill of materials, against what the image and this folder really have. That it comes out the same twice is tested with the image.
class SbomIT {
    private static final Path FILE = Path.of("target/jib-image-sbom.json");
    private static final Path ROOT = Path.of("target/native/image-base/root");
    private static Map<String, Map<String, Object>> byReference;
    private static Map<String, Object> bill;

    @BeforeAll
    static void read() throws IOException {
        bill = new Yaml().load(Files.readString(FILE));
        byReference = new HashMap<>();
        collect(components(bill));
    }

    @Test
    void isCycloneDxAndInTheImageToo() throws IOException {
        assertThat(bill).containsEntry("bomFormat", "CycloneDX").containsEntry("specVersion", "1.6");
        assertThat(Files.mismatch(FILE, ROOT.resolve("usr/share/kube-qat/sbom.json"))).as("first byte that differs").isEqualTo(-1);
    }

    @Test
    void everyComponentHasItsLicence() {
        assertThat(byReference.values()).hasSizeGreaterThan(80)
                .allSatisfy(component -> assertThat((List<?>) component.get("licenses")).as(component.get("name").toString()).isNotEmpty());
    }

    @Test
    void listsEveryDebianPackageWithItsVersion() throws IOException {
        List<String> packages = Files.readAllLines(ROOT.resolve("usr/share/kube-qat/packages"));
        assertThat(packages).isNotEmpty().allSatisfy(line -> {
            String[] fields = line.split(" ");
            String name = fields[0].replaceAll(":.*", "");
            assertThat(names("pkg:deb/debian/" + name + "@")).containsExactly(name + " " + fields[1]);
        });
    }

    @Test
    void listsTheModulesOfTheController() throws IOException {
        // What the module asks for and is in any program that speaks to a cluster.
        assertThat(names("pkg:golang/k8s.io/client-go@")).containsExactly("k8s.io/client-go " + required("k8s.io/client-go"));
        assertThat(names("pkg:golang/github.com/prometheus/client_golang@"))
                .containsExactly("github.com/prometheus/client_golang " + required("github.com/prometheus/client_golang"));
        assertThat(names("pkg:golang/std@")).hasSize(1);
    }

    @Test
    void listsWhatIsBuiltHereWithEveryPatch() throws IOException {
        for (String line : Files.readAllLines(ROOT.resolve("usr/share/kube-qat/built"))) {
            assertThat(byReference.values()).anyMatch(component -> line.equals(component.get("name") + " " + component.get("version")));
        }
        try (Stream<Path> patches = Files.walk(Path.of("patches"))) {
            assertThat(patches.filter(file -> file.toString().endsWith(".patch")).map(Path::toString))
                    .isNotEmpty().allSatisfy(patch -> assertThat(byReference).containsKey(patch));
        }
    }

    private static List<String> names(String start) {
        return byReference.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(start))
                .map(entry -> entry.getValue().get("name") + " " + entry.getValue().get("version"))
                .toList();
    }

    private static String required(String module) throws IOException {
        return Files.readAllLines(Path.of("controller/go.mod")).stream()
                .map(String::strip)
                .filter(line -> line.startsWith(module + " "))
                .map(line -> line.split(" ")[1])
                .findFirst()
                .orElseThrow();
    }

    private static void collect(List<Map<String, Object>> components) {
        for (Map<String, Object> component : components) {
            byReference.put((String) component.get("bom-ref"), component);
            collect(components(component));
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> components(Map<String, Object> parent) {
        return (List<Map<String, Object>>) parent.getOrDefault("components", List.of());
    }
}
