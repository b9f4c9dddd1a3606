package io.kubeqat.testbed;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// A running single-node cluster, seen from the process that started it or from another one on the same host.
///
/// Kubernetes 1.36, one node called `n1`, Services by kube-proxy, no name service in the cluster and no image registry: pods find Services by
/// their environment variables or addresses, and images come by [#load]. The images `localhost/busybox:testbed` and `localhost/pause:testbed` are
/// there from the start.
public final class Cluster implements AutoCloseable {
    private static final int API_PORT = 6443;
    private static final String NODE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final ClusterOptions options;
    private final NodeState state;
    private final long node;
    private final boolean owned;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private NodeNetwork network;
    private KubernetesClient client;

    private Cluster(ClusterOptions options, long node, boolean owned) {
        this.options = options;
        this.state = options.state();
        this.node = node;
        this.owned = owned;
    }

    /// Starts a cluster and returns when its node is Ready. It ends with [#close], and also when this process ends in whatever way.
    ///
    /// @param options what it is to be
    /// @param progress hears of each step
    /// @return the cluster, whose node is Ready
    /// @throws TestbedException if the machine lacks something, the name is in use, or the node does not come up
    public static Cluster start(ClusterOptions options, Progress progress) {
        return start(options, progress, true);
    }

    /// Like [#start(ClusterOptions, Progress)], but the cluster outlives this process, until someone calls [#remove].
    ///
    /// @param options what it is to be
    /// @param progress hears of each step
    /// @return the cluster, whose node is Ready
    /// @throws TestbedException as [#start(ClusterOptions, Progress)] does
    public static Cluster startAndLeave(ClusterOptions options, Progress progress) {
        return start(options, progress, false);
    }

    private static Cluster start(ClusterOptions options, Progress progress, boolean owned) {
        List<String> problems = Preconditions.problems(
                HostFacts.read(options.stateRoot()), options.cards().isPresent());
        if (!problems.isEmpty()) {
            throw new TestbedException(ExitCode.PREFLIGHT_FAILED, String.join("\n", problems));
        }
        options.cards().filter(scenario -> !Files.isReadable(scenario)).ifPresent(scenario -> {
            throw new TestbedException(ExitCode.USAGE, "cannot read the scenario " + scenario + ": give an existing file to --scenario");
        });
        NodeParts parts = NodeParts.build(SlowBuilds.here(progress));
        Path staged = NodeFiles.stage(options, parts, Path.of(System.getProperty("java.home")), classPath());
        Keeper keeper = Keeper.start(options, staged);
        try {
            StartWatch.awaitReady(options.state(), keeper::alive, progress);
            if (!owned) {
                keeper.cutLifeline();
            }
        } catch (RuntimeException e) {
            Keeper.remove(options.state());
            throw e;
        }
        return new Cluster(options, attachedProcess(options), owned);
    }

    /// The cluster of this name that someone else started; closing it only closes what was opened through it.
    ///
    /// @param options its name and folder; the cards are as it was started
    /// @return the cluster
    /// @throws TestbedException with [ExitCode#NOT_RUNNING] if there is none
    public static Cluster attach(ClusterOptions options) {
        return new Cluster(options, attachedProcess(options), false);
    }

    /// Ends the cluster of this name, whoever started it, and removes what an interrupted start left. No cluster is no error.
    ///
    /// @param options its name and folder
    /// @return whether there was anything
    /// @throws TestbedException if something of it cannot be removed
    public static boolean remove(ClusterOptions options) {
        boolean there = Files.isDirectory(options.state().folder());
        Keeper.remove(options.state());
        return there;
    }

    private static long attachedProcess(ClusterOptions options) {
        return options.state().nodeProcess().orElseThrow(() -> new TestbedException(ExitCode.NOT_RUNNING,
                "no cluster named " + options.name() + " runs: start one with \"testbed up --name " + options.name() + "\""));
    }

    private static List<Path> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(":"))
                .filter(entry -> !entry.isBlank())
                .map(entry -> Path.of(entry).toAbsolutePath())
                .filter(Files::exists)
                .toList();
    }

    /// {@return what it was asked to be}
    public ClusterOptions options() {
        return options;
    }

    /// {@return the process 1 of the node, as the host numbers it}
    public long nodeProcess() {
        return node;
    }

    /// kubectl as the host sees files, in the node's network.
    Program kubectlProgram(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("nsenter", "--target", Long.toString(node), "--net", "--", kubectlFile().toString()));
        command.addAll(arguments);
        return new Program(command, Map.of("KUBECONFIG", state.adminConfig().toString()));
    }

    /// A program of the node's root, inside all the node's namespaces.
    Program nodeProgram(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("nsenter", "--target", Long.toString(node),
                "--mount", "--pid", "--net", "--uts", "--ipc", "--", "env", "PATH=" + NODE_PATH, "HOME=/root", "KUBECONFIG=/etc/kubernetes/admin.conf"));
        command.addAll(arguments);
        return new Program(command, Map.of());
    }

    private Path kubectlFile() {
        // The node's own view of the programs is a bind mount of the cache; this is the same file, found from here.
        return Path.of("/proc/" + node + "/root/opt/kubernetes/kubectl");
    }

    /// Runs kubectl with the cluster's administrator's rights, on the host's files.
    ///
    /// @param arguments without the word kubectl
    /// @return what it printed and ended with, whatever that is
    public CommandResult kubectl(String... arguments) {
        return kubectlProgram(List.of(arguments)).run("");
    }

    /// Runs a command inside the node (not in a pod), as root.
    ///
    /// @param command the program and its arguments
    /// @return what it printed and ended with, whatever that is
    public CommandResult exec(String... command) {
        return nodeProgram(List.of(command)).run("");
    }

    /// A program of the host, with the host's files, but in the node's network: the addresses of Services and pods lead somewhere, and `kubectl` is the cluster's
    /// own and speaks to it. For what a user does at a terminal, and for clients that make many connections. The caller starts it.
    ///
    /// @param command the program and its arguments
    /// @return not started yet
    public ProcessBuilder hostProgram(String... command) {
        List<String> inNetwork = new ArrayList<>(List.of("nsenter", "--target", Long.toString(node), "--net", "--"));
        inNetwork.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(inNetwork);
        builder.environment().put("KUBECONFIG", state.adminConfig().toString());
        builder.environment().merge("PATH", kubectlFile().getParent().toString(), (path, kubectl) -> kubectl + ":" + path);
        return builder;
    }

    /// Imports the images of a docker archive, such as Jib's `target/jib-image.tar`.
    ///
    /// @param archive the archive's file
    /// @return what the node says of each image
    /// @throws TestbedException with [ExitCode#USAGE] if it cannot be read, with [ExitCode#CLUSTER_FAILED] if the node refuses it
    public String load(Path archive) {
        try {
            // A folder of the host that the node sees too; the archive may lie anywhere.
            Path seen = Files.createTempFile(state.logs(), "load-", ".tar");
            try {
                Files.copy(archive, seen, StandardCopyOption.REPLACE_EXISTING);
                return exec("ctr", "--namespace", "k8s.io", "images", "import", "/var/log/node/" + seen.getFileName()).outputOrThrow();
            } finally {
                Files.delete(seen);
            }
        } catch (IOException e) {
            throw new TestbedException(ExitCode.USAGE, "cannot read the image archive " + archive + ": build it first (mvn package)", e);
        }
    }

    /// Applies a kustomization as `kubectl apply --server-side --kustomize` does.
    ///
    /// @param kustomization its folder
    /// @return the objects as the API server has them
    /// @throws TestbedException if it cannot be built
    public List<HasMetadata> apply(Path kustomization) {
        String manifests = kubectl("kustomize", kustomization.toString()).outputOrThrow();
        return applyManifests(manifests);
    }

    /// Applies YAML documents server-side.
    ///
    /// @param yaml the documents, with `---` between them
    /// @return the objects as the API server has them
    public List<HasMetadata> applyManifests(String yaml) {
        List<HasMetadata> applied = new ArrayList<>();
        for (HasMetadata item : client().load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items()) {
            applied.add(client().resource(item).forceConflicts().serverSideApply());
        }
        return applied;
    }

    /// The log of a part of the node, such as `kubelet`; see [#components()].
    ///
    /// @param component the part's name
    /// @return what it has logged so far
    /// @throws TestbedException with [ExitCode#USAGE] if there is no such part; it names those that there are
    public String logs(String component) {
        Path log = state.log(component);
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new TestbedException(ExitCode.USAGE,
                    "there is no log of " + component + "; there are logs of " + String.join(", ", state.components()), e);
        }
    }

    /// {@return the names of the parts that have a log}
    public List<String> components() {
        return state.components();
    }

    /// {@return a client of the API server with all rights, made at the first call and closed with the cluster}
    public synchronized KubernetesClient client() {
        if (client == null) {
            PortForward forward = forward("127.0.0.1", API_PORT);
            client = new KubernetesClientBuilder().withConfig(new ConfigBuilder(Config.empty())
                    .withMasterUrl("https://127.0.0.1:" + forward.localPort())
                    .withCaCertFile(state.pki("ca.crt").toString())
                    .withClientCertFile(state.pki("admin.crt").toString())
                    .withClientKeyFile(state.pki("admin.key").toString())
                    .withClientKeyAlgo("EC")
                    .withNamespace("default")
                    .build()).build();
            opened.add(client);
        }
        return client;
    }

    /// A connection to an IPv4 address as the node sees it: a Service, a pod, the node itself.
    ///
    /// @param host the address, not a name
    /// @param port the TCP port
    /// @return connected; the caller closes it
    /// @throws IOException if nobody answers there
    public SocketChannel connect(String host, int port) throws IOException {
        return network().connect(host, port);
    }

    /// A loopback port of the host that leads to such an address, for clients that make their own connections. Closed with the cluster.
    ///
    /// @param host the IPv4 address, not a name
    /// @param port the TCP port
    /// @return open; nobody needs to answer there yet
    public synchronized PortForward forward(String host, int port) {
        PortForward forward = PortForward.to(network(), host, port);
        opened.add(forward);
        return forward;
    }

    private synchronized NodeNetwork network() {
        if (network == null) {
            network = NodeNetwork.of(node);
            opened.add(network);
        }
        return network;
    }

    /// {@return the names of the programs of the node that ended since it is up, with how often; empty when all is well} All but the simulator are started again.
    public Set<String> crashed() {
        Set<String> names = new HashSet<>();
        state.exits().forEach(exits -> names.add(exits.component() + " " + exits.count() + "×"));
        return names;
    }

    /// Closes what was opened through it, and ends the cluster if [#start(ClusterOptions, Progress)] made it.
    @Override
    public synchronized void close() {
        for (AutoCloseable resource : opened.reversed()) {
            try {
                resource.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("cannot close " + resource, e);
            }
        }
        opened.clear();
        client = null;
        network = null;
        if (owned) {
            Keeper.remove(state);
        }
    }
}
