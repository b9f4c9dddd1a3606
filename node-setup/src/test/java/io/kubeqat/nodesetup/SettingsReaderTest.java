package io.kubeqat.nodesetup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubeqat.nodesetup.plan.CardSelector;
import io.kubeqat.nodesetup.plan.DesiredCard;
import io.kubeqat.nodesetup.plan.Profile;
import io.kubeqat.nodesetup.plan.VfCount;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.pci.PciId;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.Service;
import io.kubeqat.qat.ServiceSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsReaderTest {
    @TempDir
    Path directory;

    @Test
    void hasDefaults() throws ConfigurationException {
        assertThat(read(Map.of(), Map.of("PATH", "/bin", "NODE_SETUP_SERVICES", ""))).isEqualTo(new Settings(
                Path.of("/sys"),
                "",
                QatModels.known(),
                List.of(new Profile("default", List.of(), List.of(), Optional.of(new DesiredCard(Optional.empty(), new VfCount.All(), "vfio-pci")))),
                Duration.ofSeconds(10),
                16,
                false,
                Path.of("/proc"),
                Path.of("/dev"),
                false,
                Settings.Output.TEXT,
                false));
    }

    @Test
    void prefersTheFlagToTheVariable() throws ConfigurationException {
        Settings settings = read(Map.of(Setting.VFS, "4"), Map.of("NODE_SETUP_VFS", "8", "NODE_SETUP_SERVICES", "sym;asym"));

        assertThat(settings.profiles().getFirst().desired())
                .contains(new DesiredCard(Optional.of(ServiceSet.of(Service.ASYM, Service.SYM)), new VfCount.First(4), "vfio-pci"));
    }

    @Test
    void reportsEveryProblemAtOnce() {
        assertProblems(
                Map.of(Setting.TIMEOUT, "soon"),
                Map.of("NODE_SETUP_SERVCES", "sym", "NODE_SETUP_VFS", "many", "NODE_SETUP_DRIVER", "../x", "NODE_SETUP_DRY_RUN", "yes", "NODE_SETUP_OUTPUT", "xml"),
                "unknown variable NODE_SETUP_SERVCES; did you mean NODE_SETUP_SERVICES?",
                "NODE_SETUP_VFS: \"many\" is not a number of VFs; expected all, or a number from 0",
                "NODE_SETUP_DRIVER: \"../x\" is not a driver's name; expected one like vfio-pci",
                "--timeout: \"soon\" is not a number of seconds from 0 to 9999",
                "NODE_SETUP_DRY_RUN: \"yes\" is neither true nor false",
                "NODE_SETUP_OUTPUT: \"xml\" is neither text nor json");
    }

    @Test
    void readsProfiles() throws ConfigurationException, IOException {
        String file = file(
                """
                profiles:
                  - name: one compresses
                    nodes: [edge-*]
                    cards: [0000:6b:00.0, 420xx]
                    services: dc
                    vfs: 8
                  - cards: ["8086:4944", numa1]
                    leave: true
                  - services: asym;sym
                """);

        assertThat(read(Map.of(Setting.PROFILES, file), Map.of("NODE_SETUP_NODE_NAME", "edge-1")).profiles()).containsExactly(
                new Profile(
                        "one compresses",
                        List.of("edge-*"),
                        List.of(new CardSelector.Address(PciAddress.parse("0000:6b:00.0")), new CardSelector.Kind("420xx")),
                        Optional.of(new DesiredCard(Optional.of(ServiceSet.of(Service.DC)), new VfCount.First(8), "vfio-pci"))),
                new Profile(
                        "profile 2",
                        List.of(),
                        List.of(new CardSelector.PfId(PciId.parse("8086:4944")), new CardSelector.NumaNode(1)),
                        Optional.empty()),
                new Profile(
                        "profile 3",
                        List.of(),
                        List.of(),
                        Optional.of(new DesiredCard(Optional.of(ServiceSet.of(Service.SYM, Service.ASYM)), new VfCount.All(), "vfio-pci"))));
    }

    @Test
    void reportsEveryProblemOfTheProfilesWithItsLine() throws IOException {
        String file = file(
                """
                profile: []
                profiles:
                  - services: sym
                    services: dc
                    vfs: [1]
                    nodes: edge-*
                  - servises: sym
                    cards: [4xxy, 0:1:2, "8086:4945"]
                  - sym
                  - services: sym
                    leave: true
                """);

        assertProblems(
                Map.of(Setting.PROFILES, file, Setting.SERVICES, "sym"),
                Map.of(),
                "--services: not together with --profiles; write it into the profiles",
                file + " line 1: unknown key profile; did you mean profiles?",
                file + " line 4: the key services is there twice",
                file + " line 6: nodes is not a list with at least one entry; leave it out to mean all",
                file + " line 5: vfs is not a single value",
                file + " line 7: unknown key servises; did you mean services?",
                file + " line 8: cards: \"4xxy\" is neither an address, a PF's id, a NUMA node nor a kind of card; did you mean 4xxx?",
                file + " line 8: cards: \"0:1:2\" is not a PCI address; expected one like 0000:4b:00.1",
                file + " line 8: cards: \"8086:4945\" is the PF of no known card; did you mean 8086:4940?",
                file + " line 9: a profile is a mapping with the keys cards, driver, leave, name, nodes, services, vfs",
                file + " line 10: services: not together with leave, which leaves the cards to the host as they are");
    }

    @Test
    void wantsTheNodesNameForPatterns() throws IOException {
        assertProblems(
                Map.of(Setting.PROFILES, file("profiles: [{nodes: [a]}]")),
                Map.of(),
                "NODE_SETUP_NODE_NAME: not set, but profiles have patterns of node names; set it to the field spec.nodeName");
    }

    @Test
    void namesTheFileThatItCannotRead() {
        String missing = directory.resolve("missing").toString();

        assertProblems(Map.of(Setting.MODELS, missing), Map.of(), "--models: cannot read " + missing + ": NoSuchFileException");
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("profiles.yaml"), text).toString();
    }

    private static Settings read(Map<Setting, String> flags, Map<String, String> env) throws ConfigurationException {
        return new SettingsReader(flags, env).read();
    }

    private static void assertProblems(Map<Setting, String> flags, Map<String, String> env, String... problems) {
        assertThatThrownBy(() -> read(flags, env))
                .asInstanceOf(InstanceOfAssertFactories.type(ConfigurationException.class))
                .extracting(ConfigurationException::problems, InstanceOfAssertFactories.list(String.class))
                .containsExactly(problems);
    }
}
