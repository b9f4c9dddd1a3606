package io.kubeqat.verify.cluster;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which kind of key a kubeconfig has for its user. The client takes a key in PKCS 8 for RSA, whatever it is (kubernetes-client 8.0, `Config.getKeyAlgorithm`; its
/// issue 8022), and then says "Invalid DER: object is not integer".
final class ClientKey {
    private static final Pattern PKCS8 = Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private ClientKey() {}

    /// The algorithm of a key in PKCS 8, by its Java name; absent where there is none, or the client knows by itself.
    static Optional<String> algorithm(Config config) {
        return pem(config).map(PKCS8::matcher).filter(Matcher::find).map(pem -> Base64.getMimeDecoder().decode(pem.group(1)))
                .flatMap(key -> List.of("EC", "RSA").stream().filter(algorithm -> isA(algorithm, key)).findFirst());
    }

    private static Optional<String> pem(Config config) {
        if (config.getClientKeyData() != null) {
            return Optional.of(new String(Base64.getMimeDecoder().decode(config.getClientKeyData()), StandardCharsets.US_ASCII));
        }
        try {
            return config.getClientKeyFile() == null ? Optional.empty() : Optional.of(Files.readString(Path.of(config.getClientKeyFile())));
        } catch (IOException _) {
            // The client reads it as well, and says what is wrong.
            return Optional.empty();
        }
    }

    private static boolean isA(String algorithm, byte[] key) {
        try {
            KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }
}
