package io.kubeqat.e2e.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `kube-qat verify` on one cluster that is whole, broken, mended, broken in another way, and so on; always with the rights of the ServiceAccount that it ships.
@OnTestbed(cards = "src/test/resources/verify/cards.yaml")
final class VerifyIT {
    private static final String NAMESPACE = "kube-qat";
    private static final String CARD = "0000:6b:00.0";
    private static final String CARD_WITHOUT_IOMMU = "0000:e8:00.0";
    private static final String EXAMPLE = "src/test/resources/verify";

    private static Cluster cluster;
    private static Looking looking;

    @BeforeAll
    static void deploy(Cluster testbed, @TempDir Path directory) throws IOException {
        cluster = testbed;
        for (String module : List.of("device-plugin", "examples/echo-server", "ingress-image", "node-setup", "verify")) {
            cluster.load(Path.of("..", module, "target/jib-image.tar"));
        }
        kubectl("apply", "-k", EXAMPLE);
        for (String host : List.of("echo.example", "default.example")) {
            node("cd /root && openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=%1$s -addext subjectAltName=DNS:%1$s -keyout %1$s.key -out %1$s.crt 2>&1".formatted(host));
            makeSecret(host);
        }
        looking = Looking.at(cluster, NAMESPACE, directory);
        looking.untilWhole();
    }

    @AfterAll
    static void remove() {
        kubectl("delete", "-k", EXAMPLE, "--wait=true", "--timeout=120s");
    }

    @AfterEach
    void isWholeAgain() throws IOException {
        looking.untilWhole();
    }

    @Test
    void aWholeClusterIsWhole() throws IOException {
        String table = looking.table();

        assertThat(table).contains("Every link holds.")
                .containsPattern("card +" + CARD + " +ok ")
                .containsPattern("vfs +" + CARD + " +ok +16\n")
                .containsPattern("vfs +" + CARD_WITHOUT_IOMMU + " +- +left to the host by node-setup's profiles")
                .containsPattern("driver +" + CARD + " +ok +16 of 16 healthy on vfio-pci")
                .containsPattern("resource +qat.intel.com/cy +ok +capacity 16, allocatable 16, allocated 3")
                .containsPattern("pod +kube-qat/haproxy-ingress-\\S+ +ok +3 qat.intel.com/cy, ready")
                .containsPattern("certificate +echo.example +ok +CN=echo.example until ")
                .containsPattern("certificate +default.example +ok +CN=default.example until ");
    }

    /// The image, the Job and its roles: it says the same inside as the command does outside.
    @Test
    void theJobSaysTheSame() throws IOException {
        kubectl("-n", NAMESPACE, "delete", "job", "kube-qat-verify", "--ignore-not-found");
        kubectl("apply", "-k", "../verify/deploy");
        var pods = cluster.client().pods().inNamespace(NAMESPACE).withLabel("app.kubernetes.io/name", "kube-qat-verify");
        pods.waitUntilCondition(pod -> pod != null && List.of("Succeeded", "Failed").contains(pod.getStatus().getPhase()), 3, TimeUnit.MINUTES);

        Pod pod = pods.list().getItems().getFirst();
        String log = kubectl("-n", NAMESPACE, "logs", pod.getMetadata().getName());
        System.out.println("the Job's log:\n" + log);
        Looking.Seen here = looking.strictly();
        assertThat(log).contains("agent     qat-device-plugin-").contains(here.broken().isEmpty() ? "Every link holds." : "First broken link: engine of kube-qat/haproxy-ingress-");
        assertThat(pod.getStatus().getContainerStatuses().getFirst().getState().getTerminated().getExitCode()).isEqualTo(here.code());
    }

    @Test
    void aSecretThatIsNotThere() throws IOException {
        kubectl("-n", NAMESPACE, "delete", "secret", "echo.example");
        try {
            looking.untilBroken("certificate-stands-in", "certificate", "echo.example");
        } finally {
            makeSecret("echo.example");
        }
    }

    @Test
    void aConfigMapWithoutTheEngine() throws IOException {
        configure("{\"ssl-engine\":\"\"}");
        try {
            looking.untilBroken("engine-not-configured", "configuration", "ConfigMap haproxy-ingress");
        } finally {
            configure("{\"ssl-engine\":\"qat\"}");
        }
    }

    @Test
    void aConfigMapThatHaproxyRefuses() throws IOException {
        configure("{\"config-global\":\"insecure-fork-wanted\\nlua-load /missing.lua\"}");
        try {
            looking.untilBroken("reload-failed", "configuration", "kube-qat/haproxy-ingress-");
        } finally {
            configure("{\"config-global\":\"insecure-fork-wanted\"}");
        }
    }

    @ParameterizedTest
    @CsvSource({"asks-too-much, qat.intel.com/cy, 17", "vfs-taken, qat.intel.com/cy, 14", "resource-not-offered, qat.intel.com/dc, 1"})
    void aPodThatAsksForWhatNobodyHas(String fault, String resource, int count) throws IOException {
        cluster.applyManifests(asking(resource, count));
        try {
            looking.untilBroken(fault, "pod", "default/asking");
        } finally {
            kubectl("delete", "pod", "asking", "--force", "--grace-period=0");
        }
    }

    @Test
    void aPodThatRequiresWhatIsNotThere() throws IOException {
        if (looking.strictly().broken().isEmpty()) {
            return;
        }
        kubectl("-n", NAMESPACE, "set", "env", "deployment/haproxy-ingress", "KUBE_QAT_ACCELERATION=required");
        try {
            looking.untilBroken("acceleration-required", "engine", "kube-qat/haproxy-ingress-");
        } finally {
            kubectl("-n", NAMESPACE, "rollout", "undo", "deployment/haproxy-ingress");
        }
    }

    @Test
    void anImageThatIsNotThere() throws IOException {
        kubectl("-n", NAMESPACE, "set", "image", "deployment/haproxy-ingress", "haproxy-ingress=localhost/kube-qat/missing:1");
        try {
            looking.untilBroken("image-missing", "pod", "kube-qat/haproxy-ingress-");
        } finally {
            kubectl("-n", NAMESPACE, "rollout", "undo", "deployment/haproxy-ingress");
        }
    }

    @Test
    void aCardThatDies() throws IOException {
        node("echo " + CARD + " off > /run/node/cards/.simulator/alive");
        try {
            looking.untilBroken("card-sick", "card", CARD);
        } finally {
            node("echo " + CARD + " on > /run/node/cards/.simulator/alive");
        }
    }

    @Test
    void aCardWithoutVfs() throws IOException {
        node("echo 0 > /run/node/cards/bus/pci/devices/" + CARD + "/sriov_numvfs");
        try {
            looking.untilBroken("no-vfs", "vfs", CARD);
        } finally {
            // As its next step says.
            kubectl("-n", NAMESPACE, "delete", "pod", "-l", "app.kubernetes.io/name=qat-device-plugin");
        }
    }

    @Test
    void aCardWithoutAnIommu() throws IOException {
        kubectl("-n", NAMESPACE, "set", "env", "daemonset/qat-device-plugin", "--containers=node-setup",
                "NODE_SETUP_PROFILES-", "NODE_SETUP_SERVICES=sym;asym", "NODE_SETUP_TOLERATE_FAILED_CARDS=true");
        try {
            looking.untilBroken("card-not-set-up", "vfs", CARD_WITHOUT_IOMMU);
        } finally {
            node("echo 0 > /run/node/cards/bus/pci/devices/" + CARD_WITHOUT_IOMMU + "/sriov_numvfs");
            kubectl("-n", NAMESPACE, "rollout", "undo", "daemonset/qat-device-plugin");
        }
    }

    @Test
    void aNodeSetupThatRefusesItsConfiguration() throws IOException {
        kubectl("-n", NAMESPACE, "set", "env", "daemonset/qat-device-plugin", "--containers=node-setup", "NODE_SETUP_TIMEOUT=soon");
        try {
            looking.untilBroken("node-setup-misconfigured", "vfs", "node-setup");
        } finally {
            kubectl("-n", NAMESPACE, "rollout", "undo", "daemonset/qat-device-plugin");
        }
    }

    @Test
    void aPluginThatIsNotThere() throws IOException {
        kubectl("-n", NAMESPACE, "delete", "daemonset", "qat-device-plugin");
        try {
            looking.untilBroken("agent-not-installed", "installation", "DaemonSet qat-device-plugin");
        } finally {
            kubectl("apply", "-k", EXAMPLE);
        }
    }

    private static void makeSecret(String host) {
        node("cd /root && kubectl -n %1$s create secret tls %2$s --key %2$s.key --cert %2$s.crt".formatted(NAMESPACE, host));
    }

    private static void configure(String data) {
        kubectl("-n", NAMESPACE, "patch", "configmap", "haproxy-ingress", "--type=merge", "--patch", "{\"data\":" + data + "}");
    }

    private static String asking(String resource, int count) {
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: asking
                  namespace: default
                spec:
                  containers:
                    - name: sleep
                      image: localhost/busybox:testbed
                      resources:
                        limits:
                          %s: %d
                """.formatted(resource, count);
    }

    private static String kubectl(String... arguments) {
        return cluster.kubectl(arguments).outputOrThrow();
    }

    private static void node(String script) {
        cluster.exec("sh", "-c", script).outputOrThrow();
    }
}
