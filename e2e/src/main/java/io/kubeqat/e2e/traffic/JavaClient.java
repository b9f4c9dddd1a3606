package io.kubeqat.e2e.traffic;

import io.kubeqat.testbed.Cluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// The JDK's own TLS as a client. It knows no post-quantum group yet (JEP 527 is JDK 27's).
public final class JavaClient {
    private static final Map<String, String> GROUPS = Map.of("X25519", "x25519", "P-256", "secp256r1", "P-384", "secp384r1");

    private final Cluster cluster;
    private final Load load;

    /// @param load with X25519, P-256 and P-384 only, counted, and with requests
    public JavaClient(Cluster cluster, Load load) {
        this.cluster = cluster;
        this.load = load;
    }

    public Outcome run() {
        AtomicInteger next = new AtomicInteger();
        Map<String, Integer> negotiated = new TreeMap<>();
        Map<String, Integer> failures = new TreeMap<>();
        long start = System.nanoTime();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < load.clients(); client++) {
                clients.submit(() -> {
                    for (int turn = next.getAndIncrement(); turn < load.count(); turn = next.getAndIncrement()) {
                        try {
                            count(negotiated, shake(load.groups().get(turn % load.groups().size())));
                        } catch (IOException | GeneralSecurityException | RuntimeException e) {
                            count(failures, String.valueOf(e.getMessage()));
                        }
                    }
                });
            }
        }
        return new Outcome(sum(negotiated), sum(failures), (System.nanoTime() - start) / 1e9, negotiated, failures);
    }

    /// One connection from beginning to end, in a context of its own: so no session can be resumed.
    private String shake(String group) throws IOException, GeneralSecurityException {
        try (Socket connection = cluster.connect(load.address(), 443).socket();
                SSLSocket tls = (SSLSocket) context().getSocketFactory().createSocket(connection, load.host(), 443, true)) {
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setNamedGroups(new String[] {GROUPS.get(group)});
            parameters.setServerNames(List.of(new SNIHostName(load.host())));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            tls.getOutputStream().write(("GET /java HTTP/1.1\r\nHost: " + load.host() + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer = new BufferedReader(new InputStreamReader(tls.getInputStream(), StandardCharsets.UTF_8));
            String status = answer.readLine();
            if (!"HTTP/1.1 200 OK".equals(status) || answer.lines().noneMatch("GET /java HTTP/1.1"::equals)) {
                throw new IOException("HTTP: " + status);
            }
            String subject = ((X509Certificate) tls.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
            return group + " " + tls.getSession().getCipherSuite() + " " + subject;
        }
    }

    private SSLContext context() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(load.authority())) {
            trusted.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void count(Map<String, Integer> counts, String what) {
        synchronized (counts) {
            counts.merge(what, 1, Integer::sum);
        }
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }
}
