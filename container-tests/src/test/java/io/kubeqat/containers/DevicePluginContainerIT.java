package io.kubeqat.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.arquillian.cube.CubeController;
import org.arquillian.cube.HostPort;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/// The device plugin on a node without cards and without a kubelet.
@ExtendWith(ArquillianExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DevicePluginContainerIT {
    private static final String PLUGIN = "device-plugin";
    private static final String MANIFEST = "device-plugin/deploy/daemonset.yaml";

    @HostPort(containerName = PLUGIN, value = 9464)
    private int port;

    @ArquillianResource
    private CubeController cubes;

    @Test
    void saysThatItIsAliveAndReadyWithNothingToOffer() throws IOException, InterruptedException {
        assertThat(get("/healthz")).isEqualTo("200 ok\n");
        assertThat(get("/readyz")).isEqualTo("200 ok\n");
        assertThat(get("/metrics")).startsWith("200 #");
    }

    @Test
    void isRootWithoutRootsRightsAsTheManifestAsks() throws IOException {
        assertThat(Manifest.of(MANIFEST, PLUGIN).security()).containsEntry("runAsUser", 0).containsEntry("readOnlyRootFilesystem", true);
        assertThat(Docker.status(PLUGIN)).containsEntry("Uid", "0\t0\t0\t0")
                .containsEntry("CapEff", "0000000000000000").containsEntry("CapBnd", "0000000000000000").containsEntry("Seccomp", "2");
        assertThat(Docker.rootOptions(PLUGIN)).contains("ro");
    }

    @Test
    void listsNothingUnderTheManifestsRestrictions() throws IOException, InterruptedException {
        Run run = run("--list");
        assertThat(run.exitCode()).as(run.log()).isZero();
    }

    @Test
    void endsWithTwoForAnOptionThatThereIsNot() throws IOException, InterruptedException {
        Run run = run("--scan-intervall", "5");
        assertThat(run.exitCode()).as(run.log()).isEqualTo(2);
        assertThat(run.log()).contains("there is no option --scan-intervall; the nearest is --scan-interval");
    }

    @Test
    void endsWithThreeWhereThereIsNoSys() throws IOException, InterruptedException {
        Run run = run("--list", "--sysfs", "/nowhere");
        assertThat(run.exitCode()).as(run.log()).isEqualTo(3);
        assertThat(run.log()).contains("/nowhere");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void stopsAtSigtermWithTheDocumented143() throws IOException, InterruptedException {
        cubes.stop(PLUGIN);
        assertThat(Docker.state(PLUGIN).getExitCodeLong()).isEqualTo(143);
        assertThat(Docker.log(PLUGIN)).contains("stopped by a signal");
    }

    private static Run run(String... arguments) throws IOException, InterruptedException {
        return Run.of(PLUGIN, Manifest.of(MANIFEST, PLUGIN).host(), List.of(), arguments);
    }

    private String get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }
    }
}
