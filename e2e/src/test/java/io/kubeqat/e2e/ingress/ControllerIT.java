package io.kubeqat.e2e.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.e2e.traffic.Load;
import io.kubeqat.e2e.traffic.Outcome;
import io.kubeqat.e2e.traffic.Traffic;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.CommandResult;
import io.kubeqat.testbed.junit.OnTestbed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

/// The image on a real cluster, without a card, as `deploy/` runs it.
@OnTestbed
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ControllerIT {
    private static final String NAMESPACE = "kube-qat";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ROUNDS = Integer.getInteger("reload.rounds", 9);
    private static final Pattern METRIC = Pattern.compile("\\b(?:kube_qat|haproxyingress|haproxy)_\\w+");
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

    /// On the port of HAProxy's own metrics, and where the kubelet asks whether the pod is ready.
    @Test
    @Order(1)
    void theWorkerSaysWhichAccelerationIsInForceInIt() throws IOException {
        String acceleration = new Yaml().<java.util.Map<String, String>>load(inPod("cat /var/run/haproxy/acceleration.json")).get("acceleration");
        assertThat(answer(9101, "/acceleration")).contains("HTTP/1.1 200 OK", "# TYPE kube_qat_worker_info gauge",
                "kube_qat_worker_info{wanted=\"preferred\",preflight=\"" + acceleration + "\",acceleration=\"" + acceleration + "\"} 1");
        assertThat(answer(9101, "/metrics")).anyMatch(line -> line.startsWith("haproxy_process_ssl_connections_total "));
        assertThat(answer(10253, "/readyz")).contains("HTTP/1.1 200 OK", "acceleration=" + acceleration + " wanted=preferred");
        assertThat(answer(10253, "/healthz").getFirst()).endsWith(" 200 OK");
    }

    /// The dashboard and the rules of the monitoring component ask for nothing that the pod does not tell.
    @Test
    @Order(1)
    void everyMetricOfTheMonitoringComponentIsThere() throws IOException {
        Path component = Path.of("../ingress-image/deploy/components/monitoring");
        var told = Stream.of(answer(10254, "/metrics"), answer(9101, "/metrics"), answer(9101, "/acceleration")).flatMap(List::stream)
                .filter(line -> line.startsWith("# TYPE ")).map(line -> line.split(" ")[2]);
        // Of certificates, of which there are none yet.
        var known = Stream.concat(told, Stream.of("haproxyingress_cert_expire_date_epoch")).toList();
        for (String file : List.of("dashboard.json", "prometheus-rule.yaml")) {
            assertThat(METRIC.matcher(Files.readString(component.resolve(file))).results().map(MatchResult::group).distinct().toList())
                    .as(file).isNotEmpty().isSubsetOf(known);
        }
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
            ssl-engine      | qatengine
            ssl-engine      | ''
            config-global   | insecure-fork-wanted\\ntune.ssl.cachesize 1000
            config-frontend | http-request deny if { path /a }\\nhttp-request deny if { path /b }
            nbthread        | 2""")
    void aGoodConfigMapIsNot(String key, String value) {
        patch(key, value, "--dry-run=server").outputOrThrow();
    }

    /// An Ingress, a Secret and the ConfigMap (whose engine goes by its two names in turn) change, one a second, while clients connect. `make soak` does it 100 times
    /// (`-Dreload.rounds=100`).
    @Test
    @Order(4)
    void changesUnderLoadFailNoHandshakeAndLeaveNothingBehind(@TempDir Path folder) throws Exception {
        shell(folder, """
                for cert in soak.example other.example other-again; do
                  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$cert -addext subjectAltName=DNS:$cert -keyout $cert.key -out $cert.crt 2> /dev/null
                done
                kubectl -n kube-qat create secret tls soak.example --key soak.example.key --cert soak.example.crt
                kubectl -n kube-qat create secret tls other.example --key other.example.key --cert other.example.crt
                for host in soak.example other.example; do
                  kubectl -n kube-qat create ingress $host --class=haproxy --rule="$host/=none:80,tls=$host"
                done""");
        String address = cluster.kubectl("-n", NAMESPACE, "get", "service", "haproxy-ingress", "-o", "jsonpath={.spec.clusterIP}").outputOrThrow();
        Load load = Load.endless(address, "soak.example", folder.resolve("soak.example.crt")).withoutRequest().resting(20);
        shell(folder, "for i in $(seq 100); do echo | openssl s_client -connect " + address + ":443 -servername soak.example -CAfile soak.example.crt "
                + "-verify_return_error > /dev/null 2>&1 && exit 0; sleep 0.2; done; exit 1");
        int most = 0;
        long early = 0;
        try (Traffic traffic = Traffic.start(cluster, Path.of("..").toAbsolutePath().normalize(), load, _ -> {})) {
            traffic.await(20);
            for (int round = 0; round < ROUNDS; round++) {
                switch (round % 3) {
                    case 0 -> shell(folder, "kubectl -n kube-qat annotate --overwrite ingress other.example haproxy-ingress.github.io/timeout-server=" + (30 + round) + "s");
                    case 1 -> shell(folder, "kubectl -n kube-qat create secret tls other.example --key $CERT.key --cert $CERT.crt --dry-run=client -o yaml | kubectl replace -f -"
                            .replace("$CERT", round % 2 == 0 ? "other.example" : "other-again"));
                    default -> patch("ssl-engine", round % 2 == 0 ? "qatengine" : "qat").outputOrThrow();
                }
                most = Math.max(most, workers().size());
                if (round == ROUNDS / 5) {
                    early = memory();
                }
                Thread.sleep(1000);
            }
            await("haproxyingress_update_success", "1"::equals);
            Outcome outcome = traffic.end();
            System.out.println("changes under load: rounds=" + ROUNDS + " handshakes=" + outcome.handshakes() + " failed=" + outcome.failed() + " workers-at-most=" + most
                    + " memory-early=" + early + "KB memory-late=" + memory() + "KB exits=" + exits().size());
            assertThat(outcome.failed()).as(outcome.failuresInWords()).isZero();
            assertThat(outcome.handshakes()).isGreaterThan(10 * ROUNDS);
        }
        assertThat(most).as("HAProxy's workers at the same time").isBetween(1, 11);
        assertThat(memory() - early).as("growth in KB of HAProxy's processes").isLessThan(60_000);
        assertThat(exits()).isNotEmpty().allMatch(line -> line.contains("exited with code 0 (Exit)"));
        assertThat(cluster.kubectl("-n", NAMESPACE, "get", "pod", "-l", "app.kubernetes.io/name=haproxy-ingress", "-o",
                "jsonpath={.items[0].status.containerStatuses[0].restartCount}").outputOrThrow()).isEqualTo("0");
        cluster.kubectl("-n", NAMESPACE, "delete", "ingress/soak.example", "ingress/other.example", "secret/soak.example", "secret/other.example").outputOrThrow();
    }

    @Test
    @Order(5)
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
        return cluster.kubectl(Stream.of(command, options).flatMap(Stream::of).toArray(String[]::new));
    }

    private static String inPod(String script) {
        return cluster.kubectl("-n", NAMESPACE, "exec", "deployment/haproxy-ingress", "--", "sh", "-c", script).outputOrThrow();
    }

    private static void shell(Path folder, String script) throws IOException, InterruptedException {
        Process shell = cluster.hostProgram("bash", "-euc", script).directory(folder.toFile()).redirectErrorStream(true).start();
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(() -> script + ": " + output).isZero();
    }

    /// HAProxy's processes whose parent is HAProxy, in the node's numbering.
    private static List<String> workers() {
        return cluster.exec("bash", "-c", "for p in $(pgrep -x haproxy); do [ \"$(cat /proc/$(awk '{print $4}' /proc/$p/stat)/comm)\" != haproxy ] || echo $p; done 2> /dev/null; true")
                .outputOrThrow().lines().toList();
    }

    /// KB that HAProxy's processes have in memory.
    private static long memory() {
        return Long.parseLong(cluster.exec("bash", "-c", "for p in $(pgrep -x haproxy); do grep VmRSS /proc/$p/status; done 2> /dev/null | awk '{s += $2} END {print s + 0}'")
                .outputOrThrow().strip());
    }

    private static List<String> exits() {
        return cluster.kubectl("-n", NAMESPACE, "logs", "deployment/haproxy-ingress").outputOrThrow().lines().filter(line -> line.contains("exited with code")).toList();
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
        return answer(10254, "/metrics").stream()
                .filter(line -> line.startsWith(series + " "))
                .map(line -> line.substring(series.length() + 1))
                .findFirst()
                .orElse("absent");
    }

    /// The lines of the pod's answer, its head included.
    private static List<String> answer(int port, String path) throws IOException {
        String address = cluster.kubectl("-n", NAMESPACE, "get", "pod", "-l", "app.kubernetes.io/name=haproxy-ingress",
                "-o", "jsonpath={.items[0].status.podIP}").outputOrThrow();
        try (SocketChannel channel = cluster.connect(address, port)) {
            channel.write(ByteBuffer.wrap(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
