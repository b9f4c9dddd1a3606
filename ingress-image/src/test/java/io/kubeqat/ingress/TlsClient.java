package io.kubeqat.ingress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// The JDK's TLS as a client, run beside HAProxy by `src/test/native/clients`.
///
/// Reads lines `CERTIFICATE PORT VERSION GROUP GROUPS` and writes one line `CERTIFICATE|VERSION GROUP|RESULT` for each: the result is `served`, or what went wrong.
/// That only one group is offered shows that it was agreed upon; of several (TLS 1.2, whose groups also bound the certificate's curve) the server takes the first.
final class TlsClient {
    private static final Map<String, String> GROUPS = Map.of("X25519", "x25519", "X448", "x448", "P-256", "secp256r1", "P-384", "secp384r1");

    private TlsClient() {}

    /// @param arguments the folder with the certificates to trust
    public static void main(String[] arguments) throws IOException {
        Path trusted = Path.of(arguments[0]);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] fields = line.split(" ");
                String result;
                try {
                    result = shake(trusted.resolve(fields[0]), Integer.parseInt(fields[1]), fields[2], fields[4].split(":"));
                } catch (IOException | GeneralSecurityException e) {
                    result = "failed: " + e;
                }
                System.out.println(fields[0] + "|" + fields[2].substring("TLSv".length()) + " " + fields[3] + "|" + result);
            }
        }
    }

    private static String shake(Path certificate, int port, String version, String[] groups) throws IOException, GeneralSecurityException {
        try (Socket connection = new Socket("127.0.0.1", port);
                SSLSocket tls = (SSLSocket) context(certificate).getSocketFactory().createSocket(connection, "check", port, true)) {
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setNamedGroups(Stream.of(groups).map(GROUPS::get).toArray(String[]::new));
            parameters.setServerNames(List.of(new SNIHostName("check")));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            tls.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(tls.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!tls.getSession().getProtocol().equals(version)) {
                return "served, not with " + version;
            }
            return answer.lines().anyMatch("served"::equals) ? "served" : "answered " + answer.lines().findFirst().orElse("nothing");
        }
    }

    private static SSLContext context(Path certificate) throws IOException, GeneralSecurityException {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            trust.setCertificateEntry("check", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
