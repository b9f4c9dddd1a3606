package io.kubeqat.simulator;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.simulator.Scenario.Card;
import io.kubeqat.simulator.Scenario.Iommu;
import io.kubeqat.simulator.Scenario.Kernel;
import io.kubeqat.simulator.Scenario.VfsAtStart;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// Reads a scenario. All its problems are found in one pass, each with its line. Scalars are taken as they are written, so that YAML turns neither `4940`
/// into a number nor `no` into false.
final class ScenarioReader {
    private static final List<String> KERNEL_KEYS = List.of("cfgServicesReadBack", "disableDenylist", "vfDrivers", "vfsWithoutIommu", "zeroVfs");
    private static final List<String> CARD_KEYS = List.of("bdf", "bridges", "device", "iommu", "numa", "services", "totalVfs", "vfs", "vfsPerGroup");

    private final String source;
    private final List<String> problems = new ArrayList<>();
    private final Map<PciAddress, Integer> taken = new TreeMap<>();

    private ScenarioReader(String source) {
        this.source = source;
    }

    /// @param source what stands in front of each problem, such as the file's name
    /// @throws SimulatorException with one line for each problem
    static Scenario read(String source, String yaml) {
        ScenarioReader reader = new ScenarioReader(source);
        Optional<Scenario> scenario = reader.document(yaml);
        if (!reader.problems.isEmpty()) {
            throw new SimulatorException(ExitCode.BAD_CONFIGURATION, String.join("\n", reader.problems));
        }
        return scenario.orElseThrow();
    }

    private Optional<Scenario> document(String yaml) {
        Node root;
        try {
            root = new Yaml(new LoaderOptions()).compose(new StringReader(yaml));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            problems.add(source + ":" + line + ": this is not YAML: " + e.getProblem());
            return Optional.empty();
        }
        if (root == null) {
            problems.add(source + ":1: the scenario is empty; it needs a list \"cards\"");
            return Optional.empty();
        }
        Map<String, Node> keys = mapping(root, List.of("cards", "kernel"), "the scenario");
        Kernel kernel = kernel(Optional.ofNullable(keys.get("kernel")));
        Optional<Node> list = required(keys, "cards", root);
        List<Card> cards = list.map(node -> sequence(node, "cards")).orElse(List.of()).stream()
                .flatMap(node -> card(node, kernel).stream())
                .toList();
        if (list.isPresent() && cards.isEmpty() && problems.isEmpty()) {
            problem(list.get(), "\"cards\" is empty; name at least one card");
        }
        return Optional.of(new Scenario(kernel, cards));
    }

    private Kernel kernel(Optional<Node> node) {
        Map<String, Node> keys = node.map(n -> mapping(n, KERNEL_KEYS, "kernel")).orElse(Map.of());
        Services readBack = choice(keys, "cfgServicesReadBack", Map.of("canonical", Services.CANONICAL, "verbatim", Services.VERBATIM), Services.CANONICAL);
        boolean refuses = choice(keys, "vfsWithoutIommu", Map.of("warn", false, "refuse", true), false);
        boolean refusesZero = choice(keys, "zeroVfs", Map.of("remove", false, "refuse", true), false);
        boolean disableDenylist = choice(keys, "disableDenylist", Map.of("yes", true, "no", false), false);
        boolean outOfTree = choice(keys, "vfDrivers", Map.of("in-tree", false, "out-of-tree", true), false);
        return new Kernel(readBack, refuses, refusesZero, disableDenylist, outOfTree);
    }

    private Optional<Card> card(Node node, Kernel kernel) {
        Map<String, Node> keys = mapping(node, CARD_KEYS, "a card");
        Optional<PciAddress> bdf = required(keys, "bdf", node).flatMap(n -> parsed(n, PciAddress::parse));
        Optional<CardModel> model = required(keys, "device", node).flatMap(n -> parsed(n, ScenarioReader::model));
        List<PciAddress> bridges = Optional.ofNullable(keys.get("bridges")).map(n -> sequence(n, "bridges")).orElse(List.of()).stream()
                .flatMap(n -> parsed(n, PciAddress::parse).stream())
                .toList();
        int numa = number(keys, "numa", -1, 1023, 0);
        int totalVfs = number(keys, "totalVfs", 1, 128, model.map(CardModel::totalVfs).orElse(16));
        int vfsPerGroup = number(keys, "vfsPerGroup", 1, 128, 1);
        Iommu iommu = choice(keys, "iommu", Map.of("yes", Iommu.YES, "no", Iommu.NO, "noiommu", Iommu.NOIOMMU), Iommu.YES);
        VfsAtStart vfs = choice(keys, "vfs",
                Map.of("none", VfsAtStart.NONE, "enabled", VfsAtStart.ENABLED, "bound", VfsAtStart.BOUND), VfsAtStart.NONE);
        Optional<String> services = Optional.ofNullable(keys.get("services")).flatMap(n -> model.flatMap(m -> services(n, m, kernel)));
        if (bdf.isEmpty() || model.isEmpty()) {
            return Optional.empty();
        }
        Card card = new Card(bdf.get(), model.get(), bridges, numa, totalVfs, services, iommu, vfsPerGroup, vfs);
        claimAddresses(card, node);
        checkStart(card, kernel, keys);
        return Optional.of(card);
    }

    /// Two functions with one address cannot be; cards may share their bridges.
    private void claimAddresses(Card card, Node node) {
        Set<PciAddress> addresses = new HashSet<>(Set.of(card.bdf()));
        IntStream.range(0, card.totalVfs()).mapToObj(card::vf).forEach(addresses::add);
        addresses.addAll(card.bridges().stream().filter(addresses::contains).toList());
        int line = node.getStartMark().getLine() + 1;
        addresses.stream().sorted().filter(taken::containsKey).findFirst().ifPresent(address -> problem(node,
                "the card " + card.bdf() + " and its VFs take the address " + address + ", which the card of line " + taken.get(address) + " has too"));
        addresses.forEach(address -> taken.putIfAbsent(address, line));
    }

    private void checkStart(Card card, Kernel kernel, Map<String, Node> keys) {
        if (card.vfs() != VfsAtStart.NONE && card.iommu() != Iommu.YES && kernel.refusesVfsWithoutIommu()) {
            problem(keys.get("vfs"), "the card has no IOMMU and \"vfsWithoutIommu\" is refuse, so it cannot start with VFs");
        } else if (card.vfs() == VfsAtStart.BOUND && (card.iommu() == Iommu.NO || card.model().denylisted() && !kernel.disableDenylist())) {
            problem(keys.get("vfs"), "vfio-pci refuses the VFs of this card, so they cannot be bound at start; write enabled or none");
        }
    }

    private static CardModel model(String text) {
        return CardModel.ofPf(Integer.parseInt(text.replaceFirst("^0[xX]", ""), 16))
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is no device ID of a QAT card; known are "
                        + Arrays.stream(CardModel.values()).map(m -> "%04x".formatted(m.pfId())).collect(Collectors.joining(", "))));
    }

    private Optional<String> services(Node node, CardModel model, Kernel kernel) {
        Optional<String> text = scalar(node);
        if (text.isPresent() && !model.hasQatDirectory()) {
            problem(node, "a card of this kind has no qat/cfg_services; take \"services\" away");
        } else if (text.isPresent() && kernel.cfgServices().stored(text.get(), model).isEmpty()) {
            problem(node, "the driver does not take the services \"" + text.get() + "\"; write up to " + model.maxServices()
                    + " of asym, sym, dc with a semicolon between, or dcc alone");
        }
        return text;
    }

    private Map<String, Node> mapping(Node node, List<String> known, String where) {
        Map<String, Node> keys = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            problem(node, where + " must be keys and values; the keys are " + String.join(", ", known));
            return keys;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            Optional<String> key = scalar(tuple.getKeyNode());
            if (key.isEmpty()) {
                continue;
            }
            if (!known.contains(key.get())) {
                problem(tuple.getKeyNode(), "unknown key \"" + key.get() + "\"; did you mean \"" + Spelling.nearest(key.get(), known) + "\"? The keys of "
                        + where + " are " + String.join(", ", known));
            } else if (keys.putIfAbsent(key.get(), tuple.getValueNode()) != null) {
                problem(tuple.getKeyNode(), "the key \"" + key.get() + "\" stands here a second time");
            }
        }
        return keys;
    }

    private List<Node> sequence(Node node, String key) {
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        problem(node, "\"" + key + "\" must be a list");
        return List.of();
    }

    private Optional<String> scalar(Node node) {
        if (node instanceof ScalarNode scalar) {
            return Optional.of(scalar.getValue());
        }
        problem(node, "here must be one value");
        return Optional.empty();
    }

    private Optional<Node> required(Map<String, Node> keys, String key, Node where) {
        if (!keys.containsKey(key) && where instanceof MappingNode) {
            problem(where, "\"" + key + "\" is missing");
        }
        return Optional.ofNullable(keys.get(key));
    }

    private <T> Optional<T> parsed(Node node, Function<String, T> parse) {
        return scalar(node).flatMap(text -> {
            try {
                return Optional.of(parse.apply(text));
            } catch (NumberFormatException _) {
                problem(node, "\"" + text + "\" is no number of the right form");
            } catch (IllegalArgumentException e) {
                problem(node, e.getMessage());
            }
            return Optional.empty();
        });
    }

    private int number(Map<String, Node> keys, String key, int min, int max, int otherwise) {
        return Optional.ofNullable(keys.get(key))
                .flatMap(node -> parsed(node, text -> {
                    int number = Integer.parseInt(text);
                    if (number < min || number > max) {
                        throw new IllegalArgumentException("\"" + key + "\" is " + text + "; it must be from " + min + " to " + max);
                    }
                    return number;
                }))
                .orElse(otherwise);
    }

    private <T> T choice(Map<String, Node> keys, String key, Map<String, T> choices, T otherwise) {
        return Optional.ofNullable(keys.get(key))
                .flatMap(node -> parsed(node, text -> Optional.ofNullable(choices.get(text.toLowerCase(Locale.ROOT)))
                        .orElseThrow(() -> new IllegalArgumentException("\"" + key + "\" is \"" + text + "\"; allowed are "
                                + choices.keySet().stream().sorted().collect(Collectors.joining(", "))))))
                .orElse(otherwise);
    }

    private void problem(Node node, String text) {
        problems.add(source + ":" + (node.getStartMark().getLine() + 1) + ": " + text);
    }
}
