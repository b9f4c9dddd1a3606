package io.kubeqat.ingress;

import java.util.List;
import java.util.stream.Stream;

/// One line of `src/test/native/handshakes`: what a client asked for and what came of it.
///
/// @param round       `start`, or `reload` for the worker after a reload
/// @param certificate the kind of the server's key, `rsa` or `ecdsa`
/// @param client      the options of `openssl s_client`, `default` for none
/// @param group       the key exchange that was agreed upon, as OpenSSL calls it
/// @param result      `served`, or what went wrong
record Handshake(String round, String certificate, String client, String protocol, String group, String result) {

    static Handshake parse(String line) {
        String[] fields = line.split("\\|", -1);
        if (fields.length != 6) {
            throw new IllegalArgumentException("not a handshake of six fields: \"" + line + "\"");
        }
        return new Handshake(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
    }

    static List<Handshake> everyGroupWithEitherKeyBeforeAndAfterAReload() {
        return Stream.of("start", "reload")
                .flatMap(round -> Stream.of("rsa", "ecdsa").flatMap(key -> Stream.of(
                        new Handshake(round, key, "default", "TLSv1.3", "X25519MLKEM768", "served"),
                        new Handshake(round, key, "-tls1_3 -groups X25519MLKEM768", "TLSv1.3", "X25519MLKEM768", "served"),
                        new Handshake(round, key, "-tls1_3 -groups X25519", "TLSv1.3", "X25519, 253 bits", "served"),
                        new Handshake(round, key, "-tls1_3 -groups X448", "TLSv1.3", "X448, 448 bits", "served"),
                        new Handshake(round, key, "-tls1_3 -groups P-256", "TLSv1.3", "ECDH, prime256v1, 256 bits", "served"),
                        new Handshake(round, key, "-tls1_3 -groups P-384", "TLSv1.3", "ECDH, secp384r1, 384 bits", "served"),
                        new Handshake(round, key, "-tls1_3 -groups P-256 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", "TLSv1.3",
                                "ECDH, prime256v1, 256 bits", "served"),
                        new Handshake(round, key, "-tls1_2 -groups X25519:P-256", "TLSv1.2", "X25519, 253 bits", "served"),
                        new Handshake(round, key, "-tls1_2 -groups P-256", "TLSv1.2", "ECDH, prime256v1, 256 bits", "served"))))
                .toList();
    }
}
