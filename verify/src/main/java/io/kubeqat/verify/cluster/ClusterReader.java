package io.kubeqat.verify.cluster;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressTLS;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Takes a snapshot through the API server: lists, gets, logs, and the metrics of pods by its proxy. `verify/deploy` grants just that.
public final class ClusterReader {
    private static final String AGENT = "qat-device-plugin";
    private static final String INGRESS = "haproxy-ingress";
    private static final String CONTROLLER = "haproxy-ingress.github.io/controller";
    /// Enough for every card of a node, and for the preflight, which comes first.
    private static final int LOG_BYTES = 256 * 1024;
    private static final int AT_ONCE = 16;

    private final KubernetesClient client;
    private final String namespace;
    private final PodReader pods;

    /// @param namespace where kube-qat is
    /// @param prefix of the resource names, such as `qat.intel.com`
    public ClusterReader(KubernetesClient client, String namespace, String prefix) {
        this.client = requireNonNull(client, "client is null");
        this.namespace = requireNonNull(namespace, "namespace is null");
        this.pods = new PodReader(requireNonNull(prefix, "prefix is null"));
    }

    /// @throws ClusterException where not even nodes and pods can be listed
    public Snapshot read() {
        List<Node> nodes = must("list nodes", () -> client.nodes().list().getItems());
        List<Pod> all = must("list pods", () -> client.pods().inAnyNamespace().list().getItems());
        return new Snapshot(
                Instant.now(),
                namespace,
                ask(() -> client.apps().daemonSets().inNamespace(namespace).withName(AGENT).get() != null),
                nodes.stream().map(this::node).toList(),
                ofInterest(all),
                ask(() -> Optional.ofNullable(client.configMaps().inNamespace(namespace).withName(INGRESS).get())
                        .map(map -> Optional.ofNullable(map.getData()).orElse(Map.of()))),
                ask(this::hosts));
    }

    private NodeState node(Node node) {
        boolean ready = node.getStatus().getConditions().stream().anyMatch(condition -> condition.getType().equals("Ready") && condition.getStatus().equals("True"));
        return new NodeState(node.getMetadata().getName(), ready, pods.devices(node.getStatus().getCapacity()), pods.devices(node.getStatus().getAllocatable()));
    }

    private List<PodState> ofInterest(List<Pod> all) {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            List<Future<PodState>> asked = new ArrayList<>();
            for (Pod pod : all) {
                PodState.Kind kind = kind(pod);
                boolean over = pod.getMetadata().getDeletionTimestamp() != null || pod.getStatus().getPhase().equals("Succeeded");
                if (!over && (kind != PodState.Kind.OTHER || !pods.devices(pod).isEmpty())) {
                    asked.add(threads.submit(() -> pods.state(kind, pod, metrics(kind, pod), log(kind, pod))));
                }
            }
            List<PodState> states = new ArrayList<>();
            for (Future<PodState> each : asked) {
                states.add(each.get());
            }
            return states;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while reading the pods", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot understand a pod", e.getCause());
        }
    }

    private PodState.Kind kind(Pod pod) {
        String name = Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of()).getOrDefault("app.kubernetes.io/name", "");
        if (!pod.getMetadata().getNamespace().equals(namespace)) {
            return PodState.Kind.OTHER;
        }
        return switch (name) {
            case AGENT -> PodState.Kind.AGENT;
            case INGRESS -> PodState.Kind.INGRESS;
            default -> PodState.Kind.OTHER;
        };
    }

    private Answer<List<Sample>> metrics(PodState.Kind kind, Pod pod) {
        return switch (kind) {
            case AGENT -> samples(pod, "status", 9464);
            case INGRESS -> samples(pod, "metrics", 10254);
            case OTHER -> Answer.missing("not asked");
        };
    }

    private Answer<List<Sample>> samples(Pod pod, String portName, int otherwise) {
        if (!pods.isRunning(pod)) {
            return Answer.missing("its containers do not run");
        }
        int port = pod.getSpec().getContainers().stream().flatMap(container -> container.getPorts().stream())
                .filter(each -> portName.equals(each.getName())).findFirst().map(each -> each.getContainerPort()).orElse(otherwise);
        return switch (raw(pod.getMetadata().getName() + ":" + port + "/proxy/metrics")) {
            case Answer.Given<String>(String page) -> Answer.given(Sample.parse(page));
            case Answer.Missing<String>(String why) -> Answer.missing(why);
        };
    }

    private Answer<String> log(PodState.Kind kind, Pod pod) {
        return switch (kind) {
            case AGENT -> raw(pod.getMetadata().getName() + "/log?container=node-setup&limitBytes=" + LOG_BYTES);
            case INGRESS -> raw(pod.getMetadata().getName() + "/log?container=" + INGRESS + "&limitBytes=" + LOG_BYTES);
            case OTHER -> Answer.missing("not asked");
        };
    }

    /// Not the client's own way to a log: it waits for the pod, and wants a right to watch.
    private Answer<String> raw(String path) {
        return ask(() -> Optional.ofNullable(client.raw("/api/v1/namespaces/" + namespace + "/pods/" + path)).orElse(""));
    }

    private List<TlsHost> hosts() {
        Set<String> classes = client.network().v1().ingressClasses().list().getItems().stream()
                .filter(each -> each.getSpec() != null && CONTROLLER.equals(each.getSpec().getController()))
                .map(each -> each.getMetadata().getName())
                .collect(Collectors.toSet());
        return client.network().v1().ingresses().inAnyNamespace().list().getItems().stream()
                .filter(ingress -> ingress.getSpec().getIngressClassName() != null && classes.contains(ingress.getSpec().getIngressClassName()))
                .flatMap(ingress -> ingress.getSpec().getTls().stream().flatMap(tls -> hosts(ingress, tls)))
                .toList();
    }

    private static Stream<TlsHost> hosts(Ingress ingress, IngressTLS tls) {
        String name = ingress.getMetadata().getNamespace() + "/" + ingress.getMetadata().getName();
        return tls.getHosts().stream().map(host -> new TlsHost(name, host, Optional.ofNullable(tls.getSecretName()).filter(secret -> !secret.isEmpty())));
    }

    private static <T> T must(String what, Supplier<T> question) {
        try {
            return question.get();
        } catch (KubernetesClientException e) {
            throw new ClusterException("cannot " + what + ": " + reason(e) + "; check the kubeconfig and its context, or grant the ClusterRole of verify/deploy", e);
        }
    }

    private static <T> Answer<T> ask(Supplier<T> question) {
        try {
            return Answer.given(question.get());
        } catch (KubernetesClientException e) {
            return Answer.missing(reason(e));
        }
    }

    /// The API server's own sentence where it gave one, else the innermost cause.
    static String reason(RuntimeException e) {
        if (e instanceof KubernetesClientException answer && answer.getStatus() != null && answer.getStatus().getMessage() != null) {
            return answer.getStatus().getMessage().strip();
        }
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
