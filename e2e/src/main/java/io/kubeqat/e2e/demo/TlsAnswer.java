package io.kubeqat.e2e.demo;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `openssl s_client -brief` (OpenSSL 3.5) said of one connection, and the body of the HTTP answer that came through it.
///
/// @param protocol `TLSv1.3`
/// @param group the group of the key exchange, in the client's words: `X25519MLKEM768`, or `ECDH, prime256v1, 256 bits` for P-256
/// @param cipher the cipher suite
/// @param certificate the subject of the server's certificate
/// @param verification `OK`, or why the certificate was not trusted
/// @param status the status line of the HTTP answer
/// @param body the body of the HTTP answer
record TlsAnswer(String protocol, String group, String cipher, String certificate, String verification, String status, String body) {

    /// What to hand the client for one GET of `path`.
    static String request(String host, String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    /// @throws IllegalStateException with the client's words, if there was no handshake or no HTTP answer
    static TlsAnswer parse(String output) {
        return new TlsAnswer(
                field(output, "Protocol version: (.+)"),
                field(output, "(?:Negotiated TLS1.3 group|Peer Temp Key): (.+)"),
                field(output, "Ciphersuite: (.+)"),
                field(output, "Peer certificate: (.+)"),
                field(output, "Verification(?: error)?: (.+)"),
                field(output, "(HTTP/1.1 .+)"),
                field(output, "HTTP/1.1 [\\s\\S]*?\r?\n\r?\n([\\s\\S]*)"));
    }

    private static String field(String output, String pattern) {
        Matcher matcher = Pattern.compile("^" + pattern, Pattern.MULTILINE).matcher(output);
        if (!matcher.find()) {
            throw new IllegalStateException("no TLS answer: the client said \"" + output.strip().replaceAll("\\s*\\R\\s*", "; ") + "\"");
        }
        return matcher.group(1).strip();
    }
}
