package io.kubeqat.e2e.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.CommandResult;
import io.kubeqat.testbed.junit.OnTestbed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

/// The image on a real cluster, without a card, as `deploy/` runs it.
@OnTestbed
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ControllerIT {
    private static final String NAMESPACE = "kube-qat";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static Cluster cluster;

    @BeforeAll
    static void deploy(Cluster testbed) {
        cluster = testbed;
        cluster.load(Path.of("../ingress-image/target/jib-image.tar"));
        cluster.kubectl("apply", "-k", "src/test/resources/ingress").outputOrThrow();
        cluster.kubectl("-n", NAMESPACE, "rollout", "status", "deployment/haproxy-ingress", "--timeout=120s").outputOrThrow();
    }

    @AfterAll
    static void remove() {
        cluster.kubectl("delete", "-k", "src/test/resources/ingress", "--wait=true").outputOrThrow();
    }

    @Test
    @Order(1)
    void saysWhichAccelerationIsInForceInAFileAndInAMetric() throws IOException {
        String acceleration = new Yaml().<java.util.Map<String, String>>load(inPod("cat /var/run/haproxy/acceleration.json")).get("acceleration");
        assertThat(acceleration).isIn("hw", "sw", "none");
        for (String each : new String[] {"hw", "sw", "none"}) {
            assertThat(metric("kube_qat_acceleration{acceleration=\"" + each + "\"}")).as(each).isEqualTo(each.equals(acceleration) ? "1" : "0");
        }
        assertThat(metric("kube_qat_acceleration_known")).isEqualTo("1");
        assertThat(cluster.kubectl("-n", NAMESPACE, "logs", "deployment/haproxy-ingress").outputOrThrow())
                .contains("QAT preflight: acceleration=" + acceleration + " ")
                .contains("QAT engine: acceleration=" + acceleration + " ");
    }

    /// Until the file is there the reload fails; unpatched it is not tried again.
    @Test
    @Order(2)
    void aReloadThatFailedSucceedsOnceItsCauseIsGone() throws IOException {
        await("haproxyingress_update_success", "1"::equals);
        configure("insecure-fork-wanted\\nlua-load /tmp/later.lua");
        await("haproxyingress_update_success", "0"::equals);
        String failed = updates("full");
        await("haproxyingress_updates_total{status=\"full\"}", count -> Double.parseDouble(count) >= Double.parseDouble(failed) + 2);
        assertThat(metric("haproxyingress_update_success")).as("nothing has changed yet").isEqualTo("0");
        inPod("echo > /tmp/later.lua");
        await("haproxyingress_update_success", "1"::equals);
        configure("insecure-fork-wanted");
        await("haproxyingress_update_success", "1"::equals);
    }

    @ParameterizedTest
    @Order(3)
    @CsvSource(delimiter = '|', textBlock = """
            ssl-engine     | qatt             | ssl-engine: "qatt" names no engine or algorithm of this image
            ssl-engine     | qat algo PKEY    | ssl-engine: "qat algo PKEY" names no engine or algorithm of this image
            ssl-engine     | qat\\n  daemon   | line break in ssl-engine: each would begin a line of its own in haproxy.cfg
            ssl-mode-async | yes              | ssl-mode-async: "yes" is neither "true" nor "false"
            ssl-mode-async | false            | ssl-mode-async must be "true" with an ssl-engine
            timeout-stop   | 1m\\n  daemon    | line break in timeout-stop: each would begin a line of its own in haproxy.cfg
            nbthread       | 2\\r             | line break in nbthread: each would begin a line of its own in haproxy.cfg""")
    void aBadConfigMapIsRefusedAtTheDoor(String key, String value, String reason) {
        CommandResult refused = patch(key, value, "--dry-run=server");
        assertThat(refused.succeeded()).isFalse();
        assertThat(refused.error()).contains("denied request").contains(reason);
    }

    @ParameterizedTest
    @Order(3)
    @CsvSource(delimiter = '|', textBlock = """
            ssl-engine      | qat algo RSA,EC
            ssl-engine      | ''
            config-global   | insecure-fork-wanted\\ntune.ssl.cachesize 1000
            config-frontend | http-request deny if { path /a }\\nhttp-request deny if { path /b }
            nbthread        | 2""")
    void aGoodConfigMapIsNot(String key, String value) {
        patch(key, value, "--dry-run=server").outputOrThrow();
    }

    @Test
    @Order(4)
    void whereAccelerationIsRequiredAndNotThereThePodIsNotReadyAndSaysWhy() {
        boolean there = !inPod("cat /var/run/haproxy/acceleration.json").contains("\"acceleration\":\"none\"");
        cluster.kubectl("-n", NAMESPACE, "scale", "deployment/haproxy-ingress", "--replicas=0").outputOrThrow();
        cluster.kubectl("-n", NAMESPACE, "set", "env", "deployment/haproxy-ingress", "KUBE_QAT_ACCELERATION=required").outputOrThrow();
        cluster.kubectl("-n", NAMESPACE, "wait", "pod", "-l", "app.kubernetes.io/name=haproxy-ingress", "--for=delete", "--timeout=90s").outputOrThrow();
        cluster.kubectl("-n", NAMESPACE, "scale", "deployment/haproxy-ingress", "--replicas=1").outputOrThrow();
        if (there) {
            cluster.kubectl("-n", NAMESPACE, "rollout", "status", "deployment/haproxy-ingress", "--timeout=120s").outputOrThrow();
            return;
        }
        var pods = cluster.client().pods().inNamespace(NAMESPACE).withLabel("app.kubernetes.io/name", "haproxy-ingress");
        pods.waitUntilCondition(pod -> pod != null && pod.getStatus().getContainerStatuses().stream()
                .anyMatch(status -> status.getLastState().getTerminated() != null || status.getState().getTerminated() != null), 90, TimeUnit.SECONDS);
        var status = pods.list().getItems().getFirst().getStatus().getContainerStatuses().getFirst();
        var ended = status.getState().getTerminated() != null ? status.getState().getTerminated() : status.getLastState().getTerminated();
        assertThat(ended.getExitCode()).isEqualTo(3);
        assertThat(ended.getMessage()).contains("QAT preflight: acceleration=none wanted=required").contains("hardware=\"no VF in /dev/vfio");
        assertThat(status.getReady()).isFalse();
    }

    private static void configure(String global) {
        patch("config-global", global).outputOrThrow();
    }

    private static CommandResult patch(String key, String value, String... options) {
        String[] command = {"-n", NAMESPACE, "patch", "configmap", "haproxy-ingress", "--type=merge", "--patch", "{\"data\":{\"" + key + "\":\"" + value + "\"}}"};
        return cluster.kubectl(java.util.stream.Stream.of(command, options).flatMap(java.util.stream.Stream::of).toArray(String[]::new));
    }

    private static String inPod(String script) {
        return cluster.kubectl("-n", NAMESPACE, "exec", "deployment/haproxy-ingress", "--", "sh", "-c", script).outputOrThrow();
    }

    private static String updates(String status) throws IOException {
        return metric("haproxyingress_updates_total{status=\"" + status + "\"}");
    }

    private static void await(String name, Predicate<String> wanted) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String value = metric(name);
        while (!wanted.test(value) && System.nanoTime() < end) {
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + name, e);
            }
            value = metric(name);
        }
        assertThat(value).as(name + " after " + PATIENCE).matches(wanted);
    }

    /// The value of the series of that name and label, or `absent`.
    private static String metric(String series) throws IOException {
        String address = cluster.kubectl("-n", NAMESPACE, "get", "pod", "-l", "app.kubernetes.io/name=haproxy-ingress",
                "-o", "jsonpath={.items[0].status.podIP}").outputOrThrow();
        try (SocketChannel channel = cluster.connect(address, 10254)) {
            channel.write(ByteBuffer.wrap("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> line.startsWith(series + " "))
                    .map(line -> line.substring(series.length() + 1))
                    .findFirst()
                    .orElse("absent");
        }
    }
}
