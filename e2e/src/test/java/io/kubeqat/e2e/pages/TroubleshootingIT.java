package io.kubeqat.e2e.pages;

import static io.kubeqat.e2e.example.Example.DEFAULT_HOST;
import static io.kubeqat.e2e.example.Example.HOST;
import static io.kubeqat.e2e.example.Example.NAMESPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.e2e.example.Example;
import io.kubeqat.e2e.traffic.Outcome;
import io.kubeqat.e2e.traffic.Traffic;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Makes each fault of `examples/troubleshooting.md` on a cluster, during traffic, sees what the page shows of it, and takes its next step.
@OnTestbed(cards = "src/test/resources/faults/cards.yaml")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class TroubleshootingIT {
    private static final Path PAGE = Shell.EXAMPLES.resolve("troubleshooting.md");

    @TempDir
    private static Path folder;

    private static Example example;
    private static Shell shell;

    private Traffic traffic;

    @BeforeAll
    static void deploy(Cluster cluster) throws Exception {
        example = Example.deploy(cluster, Path.of("..").toAbsolutePath().normalize(), folder, step -> System.out.println("troubleshooting: " + step));
        shell = new Shell(cluster, folder);
    }

    @AfterAll
    static void remove() throws Exception {
        shell.close();
        example.kubectl("delete", "--kustomize", Shell.EXAMPLES.resolve("tls-termination").toString());
    }

    @BeforeEach
    void connect() {
        traffic = Traffic.start(example.cluster(), example.project(), example.load(DEFAULT_HOST).resting(50), _ -> {});
        traffic.await(10);
    }

    /// Clients have been served before, during and after the fault.
    @AfterEach
    void noClientHasFailed() {
        traffic.await(20);
        Outcome outcome = traffic.end();
        assertThat(outcome.failed()).as(outcome.failuresInWords()).isZero();
    }

    @Test
    @Order(1)
    void aCardHasNoIommu() throws Exception {
        follow("A card has no IOMMU");
    }

    @Test
    @Order(2)
    void aCardHasNoVfs() throws Exception {
        example.node("echo 0 > /run/node/cards/bus/pci/devices/0000:e8:00.0/sriov_numvfs");
        follow("A card has no VFs");
    }

    @Test
    @Order(3)
    void theDevicePluginsPodWasDeleted() throws Exception {
        example.kubectl("-n", NAMESPACE, "delete", "pod", "-l", "app.kubernetes.io/name=qat-device-plugin");
        follow("The device plugin's pod was deleted");
    }

    /// After the one before: its new pod has registered once.
    @Test
    @Order(4)
    void theKubeletWasRestarted() throws Exception {
        example.node("pkill -KILL -x kubelet");
        follow("The kubelet was restarted");
    }

    @Test
    @Order(5)
    void aSecretIsWrong() throws Exception {
        example.kubectl("-n", NAMESPACE, "patch", "secret", HOST, "--patch", "{\"data\": {\"tls.crt\": \"bm9uc2Vuc2U=\"}}");
        follow("A Secret is wrong, or not there");
    }

    @Test
    @Order(6)
    void haproxyRefusesItsConfiguration() throws Exception {
        example.configure("{\"config-global\": \"insecure-fork-wanted\\nnonsense\"}");
        follow("HAProxy refuses its configuration");
    }

    @Test
    @Order(7)
    void anIngressPodGoesAway() throws Exception {
        follow("An ingress pod goes away");
        List<String> pods = List.of(example.kubectl("-n", NAMESPACE, "get", "pods", "-l", "app.kubernetes.io/name=haproxy-ingress", "-o", "name").split("\\s+"));
        assertThat(pods).hasSize(2);
        for (String pod : pods) {
            traffic.await(20);
            example.kubectl("-n", NAMESPACE, "delete", pod, "--wait=true");
            example.kubectl("-n", NAMESPACE, "rollout", "status", "--timeout=180s", "deployment/haproxy-ingress");
        }
    }

    /// Near the end: a simulated card that has gone does not come back.
    @Test
    @Order(8)
    void aCardHasDied() throws Exception {
        example.kubectl("-n", NAMESPACE, "scale", "--replicas=1", "deployment/haproxy-ingress");
        example.node("echo 0000:6b:00.0 > /run/node/cards/.simulator/vanish");
        follow("A card has died");
    }

    /// After the one before: the other card goes too.
    @Test
    @Order(9)
    void noCardIsLeft() throws Exception {
        example.node("echo 0000:e8:00.0 > /run/node/cards/.simulator/vanish");
        follow("No card is left");
    }

    private static void follow(String section) throws Exception {
        for (Page.Step step : Page.section(PAGE, section).steps()) {
            if (step.compared()) {
                shell.await(step);
            } else {
                shell.check(step);
            }
        }
    }
}
