package io.kubeqat.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.arquillian.cube.CubeController;
import org.arquillian.cube.HostPort;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.yaml.snakeyaml.Yaml;

/// The ingress image, whose start script runs HAProxy here in place of the controller, because that needs an API server (`e2e` has one).
@ExtendWith(ArquillianExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class IngressContainerIT {
    private static final String INGRESS = "ingress";
    private static final String MANIFEST = "ingress-image/deploy/deployment.yaml";

    @HostPort(containerName = INGRESS, value = 8443)
    private int port;

    @ArquillianResource
    private CubeController cubes;

    @Test
    void answersAClientOverTls13WithWhatTheEchoServerSays() throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(trusting("certificate")).build()) {
            HttpResponse<String> answer = once(client, HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/through?the=ingress"))
                    .POST(HttpRequest.BodyPublishers.ofString("and back")).build());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).startsWith("POST /through?the=ingress HTTP/1.1\n").endsWith("\nand back");
            assertThat(answer.sslSession()).hasValueSatisfying(session -> assertThat(session.getProtocol()).isEqualTo("TLSv1.3"));
        }
    }

    /// Docker takes connections for a container from its start, and breaks them off until HAProxy listens.
    private static HttpResponse<String> once(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        for (int left = 100; ; left--) {
            try {
                return client.send(request, HttpResponse.BodyHandlers.ofString());
            } catch (IOException e) {
                if (left == 0) {
                    throw e;
                }
                Thread.sleep(200);
            }
        }
    }

    @Test
    void saysInLogAndFileWhichAccelerationIsInForce() throws Exception {
        String acceleration = lacking().isEmpty() ? "sw" : "none";
        assertThat(Docker.log(INGRESS).lines().filter(line -> line.startsWith("QAT preflight: "))).singleElement().asString()
                .startsWith("QAT preflight: acceleration=" + acceleration + " wanted=preferred engine=loaded signature=verified pauses=")
                .contains(" hardware=\"no VF in /dev/vfio: No such file or directory;");
        Map<String, Object> state = new Yaml().load(Docker.exec(INGRESS, "cat", "/var/run/haproxy/acceleration.json"));
        assertThat(state).containsEntry("acceleration", acceleration).containsEntry("wanted", "preferred").containsEntry("problem", "");
    }

    @Test
    void runsAsTheManifestAsks() throws IOException, InterruptedException {
        Manifest manifest = Manifest.of(MANIFEST, "haproxy-ingress");
        assertThat(manifest.security()).containsEntry("runAsUser", 99).containsEntry("readOnlyRootFilesystem", true).containsEntry("capabilities", Map.of("drop", List.of("ALL")));
        assertThat(Docker.status(INGRESS)).containsEntry("Uid", "99\t99\t99\t99").containsEntry("Gid", "99\t99\t99\t99")
                .containsEntry("CapEff", "0000000000000000").containsEntry("CapBnd", "0000000000000000").containsEntry("Seccomp", "2");
        assertThat(Docker.rootOptions(INGRESS)).contains("ro");
        assertThat(Docker.exec(INGRESS, "sh", "-c", "> /here")).contains("Read-only file system");
    }

    @Test
    void endsWithThreeWhereAccelerationIsRequiredAndThereIsNone() throws Exception {
        Run run = run(List.of("KUBE_QAT_ACCELERATION=required"), "haproxy", "-v");
        if (lacking().isEmpty()) {
            assertThat(run.exitCode()).as(run.log()).isZero();
            return;
        }
        assertThat(run.exitCode()).as(run.log()).isEqualTo(3);
        assertThat(run.log()).contains("KUBE_QAT_ACCELERATION=required, and no acceleration is in force").doesNotContain("HAProxy version");
    }

    @Test
    void endsWithTwoForAWrongVariable() throws Exception {
        Run run = run(List.of("KUBE_QAT_ACCELERATION=requierd"), "haproxy", "-v");
        assertThat(run.exitCode()).as(run.log()).isEqualTo(2);
        assertThat(run.log()).isEqualTo("QAT preflight: KUBE_QAT_ACCELERATION is \"requierd\"; allowed are required, preferred and off\n");
    }

    @Test
    void endsWithTheControllersCodeWhereThereIsNoApiServer() throws Exception {
        Run run = run(List.of("POD_NAME=ingress", "POD_NAMESPACE=kube-qat"), "--configmap=kube-qat/haproxy-ingress", "--ingress-class=haproxy");
        assertThat(run.exitCode()).as(run.log()).isOne();
        assertThat(run.log()).startsWith("QAT preflight: acceleration=").contains("unable to load in-cluster configuration");
    }

    @Test
    void runsACommandOfItsOwnUnderTheManifestsRestrictions() throws Exception {
        Run run = run(List.of(), "cat", "/proc/self/status");
        assertThat(run.exitCode()).as(run.log()).isZero();
        assertThat(run.log()).contains("\nNoNewPrivs:\t1\n", "\nCapEff:\t0000000000000000\n", "\nUid:\t99\t99\t99\t99\n");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void stopsCleanlyAtSigterm() {
        cubes.stop(INGRESS);
        assertThat(Docker.state(INGRESS).getExitCodeLong()).isZero();
    }

    private static Run run(List<String> environment, String... command) throws IOException, InterruptedException {
        // Where the manifest mounts a volume.
        Map<String, String> scratch = Map.of("/etc/haproxy", "uid=99", "/var/lib/haproxy", "uid=99", "/var/run/haproxy", "uid=99", "/tmp", "uid=99");
        return Run.of("ingress-image", Manifest.of(MANIFEST, "haproxy-ingress").host().withTmpFs(scratch), environment, command);
    }

    private static SSLContext trusting(String certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream file = Files.newInputStream(Docker.MODULE.resolve("target/ingress").resolve(certificate))) {
            trusted.setCertificateEntry(certificate, CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /// What the CPU lacks for the software path, as `/proc/cpuinfo` spells it.
    private static List<String> lacking() throws IOException {
        List<String> flags = Files.readAllLines(java.nio.file.Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("flags")).limit(1).flatMap(line -> Stream.of(line.split("\\s+"))).toList();
        return Stream.of("bmi2", "avx512f", "avx512dq", "avx512bw", "avx512ifma", "avx512_vbmi2", "vaes", "vpclmulqdq")
                .filter(flag -> !flags.contains(flag)).toList();
    }
}
