package io.kubeqat.runtimeclass;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;
import org.yaml.snakeyaml.Yaml;

/// The files that are shipped say the same thing where they say it twice.
final class ShippedFilesTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir"));
    private static final String RUNTIMES = "plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes";

    @Test
    void theValuesForKatasInstallerAreTheDropInAndTheRuntimeClass() throws IOException {
        Map<String, Object> runtime = at(yaml("kata/kata-deploy.values.yaml"), "customRuntimes", "runtimes", "kata-qat");
        assertThat(Toml.parse((String) runtime.get("dropIn")).toJson()).isEqualTo(toml("kata/runtime-rs/50-qat.toml").toJson());
        Object runtimeClass = new Yaml().load((String) runtime.get("runtimeClass"));
        assertThat(runtimeClass).isEqualTo(yaml("deploy/runtimeclass.yaml"));
        assertThat(KataRuntime.ofConfigurationFile("configuration-" + runtime.get("baseConfig") + ".toml")).isEqualTo(KataRuntime.RUNTIME_RS);
    }

    @ParameterizedTest
    @EnumSource
    void containerdKnowsTheHandlerOfTheRuntimeClassAndWhereItsConfigurationIs(KataRuntime runtime) throws IOException {
        String handler = (String) yaml("deploy/runtimeclass.yaml").get("handler");
        TomlParseResult containerd = toml("kata/containerd/kata-qat-" + runtime.word() + ".toml");
        TomlTable table = containerd.getTable(RUNTIMES + "." + handler);
        assertThat(table).isNotNull();
        assertThat(table.getString("runtime_type")).isEqualTo("io.containerd." + handler + ".v2");
        Path configuration = Path.of(table.getString("options.ConfigPath"));
        assertThat(configuration.getParent().getFileName()).hasToString(handler);
        assertThat(KataRuntime.ofConfigurationFile(configuration.getFileName().toString())).isEqualTo(runtime);
        assertThat(Files.readString(MODULE.resolve("kata/install-on-node"))).contains("custom-runtimes/" + handler, table.getString("runtime_path"));
    }

    @ParameterizedTest
    @EnumSource
    void theKernelsDropInHasAKeyOfEachRuntimeAndThePathThatTheInstallerWrites(KataRuntime runtime) throws IOException {
        TomlParseResult dropIn = toml("kata/guest-kernel/55-qat-kernel.toml");
        assertThat(dropIn.dottedKeySet()).hasSize(1).allMatch(runtime.keys()::contains);
        assertThat(Files.readString(MODULE.resolve("kata/install-on-node"))).contains("vmlinuz=$root" + dropIn.getString("hypervisor.qemu.kernel"));
    }

    private static TomlParseResult toml(String file) throws IOException {
        TomlParseResult toml = Toml.parse(MODULE.resolve(file));
        assertThat(toml.errors()).isEmpty();
        return toml;
    }

    private static Map<String, Object> yaml(String file) throws IOException {
        return new Yaml().load(Files.readString(MODULE.resolve(file)));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> at(Map<String, Object> yaml, String... keys) {
        Map<String, Object> table = yaml;
        for (String key : keys) {
            table = (Map<String, Object>) table.get(key);
        }
        return table;
    }
}
