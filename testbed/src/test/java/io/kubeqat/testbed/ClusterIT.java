package io.kubeqat.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole life of clusters, the sudden ends included. Needs root and about a minute.
final class ClusterIT {
    private static final ClusterOptions OPTIONS = ClusterOptions.named("it-" + ProcessHandle.current().pid());
    private static final Progress TELL = step -> System.out.println("testbed: " + step);
    private static final Path WEB = Path.of("src/test/resources/web");

    @TempDir
    private Path folder;

    @AfterEach
    void endWhatAFailedTestLeft() {
        Cluster.remove(OPTIONS);
    }

    @Test
    void runsPodsBehindAServiceAndLeavesNothing() throws Exception {
        List<String> before = Leftovers.hostSettings();
        try (Cluster cluster = Cluster.start(OPTIONS, TELL)) {
            Node node = cluster.client().nodes().withName("n1").get();
            assertThat(Readiness.isNodeReady(node)).isTrue();
            assertThat(node.getStatus().getNodeInfo().getKubeletVersion()).isEqualTo("v1.36.3");
            assertThat(node.getStatus().getAllocatable()).containsKeys("cpu", "ephemeral-storage", "memory");
            assertThat(cluster.kubectl("get", "--raw", "/api/v1/nodes/n1/proxy/stats/summary").outputOrThrow()).contains("\"imageFs\"");

            assertThat(cluster.apply(WEB)).extracting(item -> item.getKind()).containsExactly("Service", "Pod", "Pod");
            for (String pod : List.of("client", "web")) {
                Pod ready = cluster.client().pods().inNamespace("default").withName(pod).waitUntilReady(60, TimeUnit.SECONDS);
                assertThat(Readiness.isPodReady(ready)).isTrue();
            }
            String address = cluster.client().services().inNamespace("default").withName("web").get().getSpec().getClusterIP();
            CommandResult fromPod = cluster.kubectl("exec", "client", "--", "sh", "-c", "wget -qO- http://$WEB_SERVICE_HOST/");
            assertThat(fromPod.outputOrThrow()).isEqualTo("hello\n");
            assertThat(cluster.exec("busybox", "wget", "-qO-", "http://" + address + "/").outputOrThrow()).isEqualTo("hello\n");
            assertThat(httpGet(cluster, address)).endsWith("\r\n\r\nhello\n");
            Process client = cluster.hostProgram("bash", "-c", "kubectl get service web -o name && exec 3<> /dev/tcp/" + address
                    + "/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3").start();
            assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).startsWith("service/web\nHTTP/1.").endsWith("\r\n\r\nhello\n");
            try (PortForward forward = cluster.forward(address, 80)) {
                HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + forward.localPort() + "/").toURL().openConnection();
                assertThat(connection.getInputStream()).hasContent("hello\n");
            }
            assertThat(cluster.kubectl("logs", "web").outputOrThrow()).isEqualTo("serving\n");

            assertThat(cluster.exec("true").exitCode()).isZero();
            assertThat(cluster.exec("sh", "-c", "exit 7").exitCode()).isEqualTo(7);
            assertThat(cluster.logs("kubelet")).contains("v1.36.3");
            assertThatThrownBy(() -> cluster.logs("nothing")).hasMessageStartingWith("there is no log of nothing; there are logs of ");
            assertThat(cluster.crashed()).isEmpty();

            assertThatThrownBy(() -> Cluster.start(OPTIONS, TELL)).hasMessageStartingWith("a cluster named " + OPTIONS.name() + " is up already");
            assertThat(cluster.kubectl("get", "node", "n1").succeeded()).isTrue();
            assertThat(Leftovers.of(OPTIONS).processes()).isNotEmpty();
        }
        assertThat(Leftovers.of(OPTIONS)).isEqualTo(Leftovers.NONE);
        assertThat(Leftovers.hostSettings()).isEqualTo(before);
    }

    @Test
    void closesAForwardedPortWhoseTargetDoesNotAnswer() throws Exception {
        try (Cluster cluster = Cluster.start(OPTIONS, TELL); PortForward forward = cluster.forward("127.0.0.1", 1)) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), forward.localPort())) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(forward.lastFailure()).isEqualTo("cannot connect to 127.0.0.1:1 in the node's network: Connection refused");
        }
    }

    @Test
    void startsAgainAfterItsKeeperWasKilled() throws Exception {
        try (Cluster cluster = Cluster.startAndLeave(OPTIONS, TELL)) {
            ProcessHandle.of(OPTIONS.state().keeperProcess().orElseThrow()).orElseThrow().destroyForcibly();
            awaitEnd(cluster.nodeProcess());
        }
        assertThat(Leftovers.of(OPTIONS).files()).isNotEmpty();
        try (Cluster cluster = Cluster.start(OPTIONS, TELL)) {
            assertThat(cluster.kubectl("get", "node", "n1").succeeded()).isTrue();
        }
        assertThat(Leftovers.of(OPTIONS)).isEqualTo(Leftovers.NONE);
    }

    @Test
    void leavesNothingWhenTheNodesFirstProcessIsKilled() throws Exception {
        try (Cluster cluster = Cluster.startAndLeave(OPTIONS, TELL)) {
            cluster.apply(WEB);
            cluster.client().pods().inNamespace("default").withName("web").waitUntilReady(60, TimeUnit.SECONDS);
            ProcessHandle.of(cluster.nodeProcess()).orElseThrow().destroyForcibly();
        }
        Leftovers.awaitNone(OPTIONS);
    }

    @Test
    void leavesNothingWhenWhoStartedItIsKilled() throws Exception {
        Process starter = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), TestbedMain.class.getName(), "up", "--name", OPTIONS.name().value())
                .redirectErrorStream(true).start();
        try (var output = starter.inputReader(UTF_8)) {
            String line;
            do {
                line = output.readLine();
                assertThat(line).as("a step of the start").isNotNull();
            } while (!line.contains("certificates"));
            starter.destroyForcibly().waitFor();
        }
        Leftovers.awaitNone(OPTIONS);
    }

    @Test
    void saysWhatTheSimulatorSaysOfAWrongScenario() throws Exception {
        Path scenario = Files.writeString(folder.resolve("cards.yaml"), "cards:\n  - bdf: nonsense\n");
        assertThatThrownBy(() -> Cluster.start(OPTIONS.withCards(scenario), TELL))
                .hasMessageContaining("the simulated cards did not come up")
                .hasMessageContaining("nonsense");
        assertThat(Leftovers.of(OPTIONS)).isEqualTo(Leftovers.NONE);
    }

    private static String httpGet(Cluster cluster, String address) throws IOException {
        try (SocketChannel channel = cluster.connect(address, 80)) {
            OutputStream out = Channels.newOutputStream(channel);
            out.write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        }
    }

    private static void awaitEnd(long process) throws Exception {
        ProcessHandle handle = ProcessHandle.of(process).orElse(null);
        if (handle != null) {
            handle.onExit().get(30, TimeUnit.SECONDS);
        }
    }
}
