package io.kubeqat.verify.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientKeyTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA"})
    void isKnownInAFileAndInTheKubeconfigItself(String algorithm) throws GeneralSecurityException, IOException {
        String pem = "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        Config inFile = Config.empty();
        inFile.setClientKeyFile(Files.writeString(directory.resolve("key"), pem).toString());
        Config asData = Config.empty();
        asData.setClientKeyData(Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)));

        assertThat(ClientKey.algorithm(inFile)).contains(algorithm);
        assertThat(ClientKey.algorithm(asData)).contains(algorithm);
    }

    @Test
    void isLeftToTheClientWhereThereIsNoneOrItCannotBeRead() {
        Config missing = Config.empty();
        missing.setClientKeyFile(directory.resolve("missing").toString());

        assertThat(ClientKey.algorithm(Config.empty())).isEmpty();
        assertThat(ClientKey.algorithm(missing)).isEmpty();
    }
}
