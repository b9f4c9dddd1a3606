package io.kubeqat.verify.chain;

import io.kubeqat.verify.snapshot.Answer;
import io.kubeqat.verify.snapshot.NodeState;
import io.kubeqat.verify.snapshot.PodState;
import io.kubeqat.verify.snapshot.Sample;
import io.kubeqat.verify.snapshot.Snapshot;
import io.kubeqat.verify.snapshot.TlsHost;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What belongs to no node.
final class ClusterLinks {
    private static final String AGENT = "DaemonSet qat-device-plugin";
    private static final String CERTIFICATE = "haproxyingress_cert_expire_date_epoch";
    private static final String CONFIG_MAP = "ConfigMap haproxy-ingress";
    /// The controller's own (haproxy-ingress v0.16, `pkg/controller/services/ssl.go`).
    private static final String STAND_IN = "Kubernetes Ingress Controller Fake Certificate";

    private final Snapshot snapshot;
    private final List<Report.Part> nodes;
    private final boolean hardware;

    /// @param nodes what is known of the nodes already
    /// @param hardware whether cards are to be there at all
    ClusterLinks(Snapshot snapshot, List<Report.Part> nodes, boolean hardware) {
        this.snapshot = snapshot;
        this.nodes = nodes;
        this.hardware = hardware;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(installation());
        cards().ifPresent(findings::add);
        snapshot.pods().stream().filter(pod -> pod.node().isEmpty()).forEach(pod -> findings.add(waiting(pod)));
        boolean ingress = !snapshot.pods(PodState.Kind.INGRESS).isEmpty();
        if (ingress) {
            findings.add(new Finding(Link.CONFIGURATION, CONFIG_MAP, configuration()));
            findings.addAll(certificates());
        } else {
            findings.add(Finding.idle(Link.ENGINE, snapshot.namespace(), "no pod of haproxy-ingress"));
        }
        return findings;
    }

    private Finding installation() {
        return switch (snapshot.agentInstalled()) {
            case Answer.Given<Boolean>(Boolean installed) -> installed
                    ? Finding.holds(Link.INSTALLATION, AGENT, "in namespace " + snapshot.namespace())
                    : missing(Link.INSTALLATION, AGENT, Fault.AGENT_NOT_INSTALLED, "not in namespace " + snapshot.namespace());
            case Answer.Missing<Boolean>(String why) -> Finding.unseen(Link.INSTALLATION, AGENT, why);
        };
    }

    /// Only where every node could be looked at.
    private Optional<Finding> cards() {
        boolean none = !nodes.isEmpty() && nodes.stream().allMatch(part -> part.findings().stream().anyMatch(NodeLinks::hasNoCard));
        return none ? Optional.of(missing(Link.CARD, "all nodes", Fault.NO_CARD, "none")) : Optional.empty();
    }

    private Finding missing(Link link, String subject, Fault fault, String seen) {
        return hardware ? Finding.broken(link, subject, fault, seen) : Finding.idle(link, subject, seen);
    }

    private Finding waiting(PodState pod) {
        String seen = PodLinks.devices(pod) + "; " + pod.unschedulable().orElse(pod.phase());
        for (Map.Entry<String, Long> asked : pod.devices().entrySet()) {
            List<Long> offers = snapshot.nodes().stream().map(NodeState::allocatable).filter(names -> names.containsKey(asked.getKey())).map(names -> names.get(asked.getKey())).toList();
            if (offers.isEmpty()) {
                return Finding.broken(Link.POD, pod.fullName(), Fault.RESOURCE_NOT_OFFERED, seen + "; offered: " + offered());
            }
            long most = offers.stream().mapToLong(Long::longValue).max().orElse(0);
            if (most < asked.getValue()) {
                return Finding.broken(Link.POD, pod.fullName(), Fault.ASKS_TOO_MUCH, seen + "; a node has " + most + " at most");
            }
        }
        boolean taken = pod.unschedulable().filter(why -> pod.devices().keySet().stream().anyMatch(name -> why.contains("Insufficient " + name))).isPresent();
        return Finding.broken(Link.POD, pod.fullName(), taken ? Fault.VFS_TAKEN : Fault.UNSCHEDULABLE, seen);
    }

    private String offered() {
        SortedSet<String> names = new TreeSet<>();
        snapshot.nodes().forEach(node -> names.addAll(node.allocatable().keySet()));
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    private LinkState configuration() {
        return switch (snapshot.configMap()) {
            case Answer.Missing<Optional<Map<String, String>>>(String why) -> new LinkState.Unseen(why);
            case Answer.Given<Optional<Map<String, String>>>(Optional<Map<String, String>> data) ->
                data.map(ClusterLinks::configuration).orElseGet(() -> new LinkState.Broken(Fault.CONFIG_MAP_MISSING, "not in namespace " + snapshot.namespace()));
        };
    }

    private static LinkState configuration(Map<String, String> data) {
        String engine = data.getOrDefault("ssl-engine", "");
        String async = data.getOrDefault("ssl-mode-async", "");
        boolean fork = data.getOrDefault("config-global", "").lines().anyMatch(line -> line.strip().equals("insecure-fork-wanted"));
        String seen = "ssl-engine \"" + engine + "\", ssl-mode-async \"" + async + "\", insecure-fork-wanted " + (fork ? "there" : "not there");
        if (!Set.of("qat", "qatengine").contains(engine.split(" ")[0])) {
            return new LinkState.Broken(Fault.ENGINE_NOT_CONFIGURED, seen);
        }
        return async.equals("true") ? new LinkState.Holds(seen) : new LinkState.Broken(Fault.ENGINE_NOT_ASYNC, seen);
    }

    private List<Finding> certificates() {
        return switch (snapshot.hosts()) {
            case Answer.Missing<List<TlsHost>>(String why) -> List.of(Finding.unseen(Link.CERTIFICATE, "Ingresses", why));
            case Answer.Given<List<TlsHost>>(List<TlsHost> hosts) -> {
                List<PodState> controllers = snapshot.pods(PodState.Kind.INGRESS).stream().filter(pod -> pod.ready() && pod.metrics() instanceof Answer.Given).toList();
                Set<Sample> standIns = controllers.stream().flatMap(pod -> pod.samples(CERTIFICATE).stream())
                        .filter(sample -> hosts.stream().anyMatch(host -> host.secret().isEmpty() && host.host().equals(sample.label("domain"))))
                        .collect(Collectors.toSet());
                yield controllers.isEmpty() ? List.of()
                        : hosts.stream().map(host -> new Finding(Link.CERTIFICATE, host.host(), certificate(host, controllers, standIns))).toList();
            }
        };
    }

    /// The same name and the same end as the default certificate, and not for this host by its name: who gives one certificate to all has one for all.
    private static boolean isDefault(TlsHost host, Sample served, Set<Sample> standIns) {
        String name = served.label("cn");
        boolean covers = name.equals(host.host()) || name.startsWith("*.") && host.host().endsWith(name.substring(1));
        return !covers && standIns.stream().anyMatch(standIn -> standIn.label("cn").equals(name) && standIn.count() == served.count());
    }

    private static String source(TlsHost host) {
        return host.secret().map(secret -> "Secret " + secret).orElse("the controller's default certificate");
    }

    /// @param standIns what the controllers serve for the hosts that ask for no Secret: their default certificate
    private LinkState certificate(TlsHost host, List<PodState> controllers, Set<Sample> standIns) {
        LinkState state = new LinkState.Holds("");
        for (PodState controller : controllers) {
            Optional<Sample> served = controller.samples(CERTIFICATE).stream().filter(sample -> sample.label("domain").equals(host.host())).findFirst();
            if (served.isEmpty() || served.get().label("cn").equals(STAND_IN) || host.secret().isPresent() && isDefault(host, served.get(), standIns)) {
                return new LinkState.Broken(Fault.CERTIFICATE_STANDS_IN, "Ingress " + host.ingress() + ", " + source(host)
                        + served.map(sample -> "; served is CN=" + sample.label("cn")).orElse("; none is served"));
            }
            Instant end = Instant.ofEpochSecond(served.get().count());
            String seen = "CN=" + served.get().label("cn") + " until " + end;
            if (end.isBefore(snapshot.at())) {
                return new LinkState.Broken(Fault.CERTIFICATE_EXPIRED, seen + ", Ingress " + host.ingress() + ", " + source(host));
            }
            state = new LinkState.Holds(seen);
        }
        return state;
    }
}
