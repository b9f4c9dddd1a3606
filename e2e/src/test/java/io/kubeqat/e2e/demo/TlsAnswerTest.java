package io.kubeqat.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TlsAnswerTest {
    @Test
    void readsWhatTheClientSays() {
        String output = """
                Connecting to 10.96.1.2
                CONNECTION ESTABLISHED
                Protocol version: TLSv1.3
                Ciphersuite: TLS_AES_256_GCM_SHA384
                Peer certificate: CN=echo.example
                Hash used: SHA256
                Signature type: rsa_pss_rsae_sha256
                Verification: OK
                Negotiated TLS1.3 group: X25519MLKEM768
                HTTP/1.1 200 OK\r
                content-type: text/plain\r
                \r
                GET /hello HTTP/1.1
                Host: echo.example

                """;

        assertThat(TlsAnswer.parse(output)).isEqualTo(new TlsAnswer("TLSv1.3", "X25519MLKEM768", "TLS_AES_256_GCM_SHA384", "CN=echo.example", "OK",
                "HTTP/1.1 200 OK", "GET /hello HTTP/1.1\nHost: echo.example"));
    }

    @Test
    void readsTheGroupOfAnEllipticCurveAndAnUntrustedCertificate() {
        String output = """
                Protocol version: TLSv1.3
                Ciphersuite: TLS_AES_256_GCM_SHA384
                Peer certificate: CN=localhost
                Verification error: self-signed certificate
                Peer Temp Key: ECDH, prime256v1, 256 bits
                HTTP/1.1 503 Service Unavailable\r
                \r
                """;

        assertThat(TlsAnswer.parse(output)).isEqualTo(new TlsAnswer("TLSv1.3", "ECDH, prime256v1, 256 bits", "TLS_AES_256_GCM_SHA384", "CN=localhost",
                "self-signed certificate", "HTTP/1.1 503 Service Unavailable", ""));
    }

    @Test
    void quotesTheClientWhereThereWasNoHandshake() {
        assertThatThrownBy(() -> TlsAnswer.parse("Connecting to 10.96.1.2\nconnect:errno=111\n"))
                .hasMessage("no TLS answer: the client said \"Connecting to 10.96.1.2; connect:errno=111\"");
    }
}
