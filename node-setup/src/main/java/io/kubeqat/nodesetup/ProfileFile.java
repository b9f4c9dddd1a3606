package io.kubeqat.nodesetup;

import io.kubeqat.nodesetup.plan.CardSelector;
import io.kubeqat.nodesetup.plan.DesiredCard;
import io.kubeqat.nodesetup.plan.Profile;
import io.kubeqat.nodesetup.plan.SetupPlanner;
import io.kubeqat.nodesetup.plan.VfCount;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.pci.PciId;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.ServiceSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/// Reads profiles from YAML. Works on the parsed nodes, not on objects made from them: so each problem has its line, and no text in the file can make
/// the reader create anything.
final class ProfileFile {
    private static final Set<String> TOP = Set.of("profiles");
    private static final Set<String> KEYS = Set.of("name", "nodes", "cards", "services", "vfs", "driver", "leave");

    private final String name;
    private final QatModels models;
    private final List<String> problems;

    /// @param name how messages call the file
    /// @param problems takes what is wrong with it
    ProfileFile(String name, QatModels models, List<String> problems) {
        this.name = name;
        this.models = models;
        this.problems = problems;
    }

    List<Profile> parse(String text) {
        Node root;
        try {
            LoaderOptions options = new LoaderOptions();
            root = new Composer(new ParserImpl(new StreamReader(text), options), new Resolver(), options).getSingleNode();
        } catch (YAMLException e) {
            problems.add(name + ": not YAML: " + e.getMessage().strip().replaceAll("\\s*\\R\\s*", " "));
            return List.of();
        }
        if (!(root instanceof MappingNode top)) {
            problems.add(name + ": expected a mapping with the key profiles");
            return List.of();
        }
        List<Profile> profiles = new ArrayList<>();
        Node list = entries(top, TOP).get("profiles");
        if (list == null) {
            problems.add(at(top) + "the key profiles is missing");
        } else if (list instanceof SequenceNode sequence) {
            sequence.getValue().forEach(node -> profile(node, profiles.size() + 1).ifPresent(profiles::add));
            checkNames(profiles);
        } else {
            problems.add(at(list) + "profiles is not a list");
        }
        return profiles;
    }

    private void checkNames(List<Profile> profiles) {
        Set<String> seen = new HashSet<>();
        for (Profile profile : profiles) {
            if (!seen.add(profile.name())) {
                problems.add(name + ": two profiles are called \"" + profile.name() + "\"");
            }
        }
    }

    private Optional<Profile> profile(Node node, int number) {
        if (!(node instanceof MappingNode mapping)) {
            problems.add(at(node) + "a profile is a mapping with the keys " + String.join(", ", new TreeSet<>(KEYS)));
            return Optional.empty();
        }
        int before = problems.size();
        Map<String, Node> entries = entries(mapping, KEYS);
        String profileName = scalar(entries, "name", Function.identity()).orElse("profile " + number);
        List<String> nodes = list(entries, "nodes", Function.identity());
        List<CardSelector> cards = list(entries, "cards", this::selector);
        DesiredCard desired = new DesiredCard(
                scalar(entries, "services", ServiceSet::parse),
                scalar(entries, "vfs", VfCount::parse).orElse(new VfCount.All()),
                scalar(entries, "driver", ProfileFile::driver).orElse(SetupPlanner.VFIO));
        boolean leave = scalar(entries, "leave", ProfileFile::truth).orElse(false);
        if (leave) {
            Stream.of("services", "vfs", "driver").filter(entries::containsKey).forEach(key ->
                    problems.add(at(entries.get(key)) + key + ": not together with leave, which leaves the cards to the host as they are"));
        }
        return problems.size() > before ? Optional.empty() : Optional.of(new Profile(profileName, nodes, cards, Optional.of(desired).filter(_ -> !leave)));
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is neither true nor false");
        };
    }

    private CardSelector selector(String text) {
        if (text.matches("[0-9a-fA-F]{4}:[0-9a-fA-F]{4}")) {
            PciId id = PciId.parse(text);
            if (models.ofPf(id).isEmpty()) {
                throw new IllegalArgumentException("\"" + text + "\" is the PF of no known card"
                        + Spelling.hint(text, models.rows().stream().map(row -> row.pfId().toString()).toList()));
            }
            return new CardSelector.PfId(id);
        }
        if (text.contains(":")) {
            return new CardSelector.Address(PciAddress.parse(text));
        }
        if (text.matches("numa[0-9]{1,4}")) {
            return new CardSelector.NumaNode(Integer.parseInt(text.substring("numa".length())));
        }
        Set<String> kinds = new TreeSet<>();
        models.rows().forEach(row -> kinds.addAll(List.of(row.name(), row.family())));
        if (!kinds.contains(text)) {
            throw new IllegalArgumentException("\"" + text + "\" is neither an address, a PF's id, a NUMA node nor a kind of card" + Spelling.hint(text, kinds));
        }
        return new CardSelector.Kind(text);
    }

    /// A driver's name becomes part of a path, so it must not be able to lead elsewhere.
    static String driver(String text) {
        if (!text.matches("[A-Za-z0-9][A-Za-z0-9_-]*")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a driver's name; expected one like " + SetupPlanner.VFIO);
        }
        return text;
    }

    private Map<String, Node> entries(MappingNode mapping, Set<String> known) {
        Map<String, Node> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "(not a word)";
            if (!known.contains(key)) {
                problems.add(at(tuple.getKeyNode()) + "unknown key " + key + Spelling.hint(key, known));
            } else if (entries.put(key, tuple.getValueNode()) != null) {
                problems.add(at(tuple.getKeyNode()) + "the key " + key + " is there twice");
            }
        }
        return entries;
    }

    private <T> Optional<T> scalar(Map<String, Node> entries, String key, Function<String, T> parser) {
        Node node = entries.get(key);
        return node == null ? Optional.empty() : value(node, key, parser);
    }

    private <T> List<T> list(Map<String, Node> entries, String key, Function<String, T> parser) {
        Node node = entries.get(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence) || sequence.getValue().isEmpty()) {
            problems.add(at(node) + key + " is not a list with at least one entry; leave it out to mean all");
            return List.of();
        }
        List<T> values = new ArrayList<>();
        sequence.getValue().forEach(entry -> value(entry, key, parser).ifPresent(values::add));
        return values;
    }

    private <T> Optional<T> value(Node node, String key, Function<String, T> parser) {
        if (!(node instanceof ScalarNode scalar)) {
            problems.add(at(node) + key + " is not a single value");
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(scalar.getValue()));
        } catch (IllegalArgumentException e) {
            problems.add(at(node) + key + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private String at(Node node) {
        return name + " line " + (node.getStartMark().getLine() + 1) + ": ";
    }
}
