package io.kubeqat.ingress;

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
}
