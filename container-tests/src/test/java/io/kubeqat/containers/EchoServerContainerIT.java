package io.kubeqat.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The echo server beside its answers, which [IngressContainerIT] asks for.
@ExtendWith(ArquillianExtension.class)
final class EchoServerContainerIT {
    private static final String ECHO = "echo-server";
    private static final String MANIFEST = "examples/tls-termination/base/echo-server.yaml";

    @Test
    void isNobodyAsTheManifestAsks() throws IOException {
        assertThat(Manifest.of(MANIFEST, ECHO).security()).containsEntry("runAsNonRoot", true).containsEntry("readOnlyRootFilesystem", true);
        assertThat(Docker.status(ECHO)).containsEntry("Uid", "65532\t65532\t65532\t65532")
                .containsEntry("CapEff", "0000000000000000").containsEntry("CapBnd", "0000000000000000").containsEntry("Seccomp", "2");
        assertThat(Docker.rootOptions(ECHO)).contains("ro");
    }

    @Test
    void endsWithTwoForAPortThatIsNone() throws IOException, InterruptedException {
        Run run = Run.of(ECHO, Manifest.of(MANIFEST, ECHO).host(), List.of("PORT=70000"));
        assertThat(run.exitCode()).as(run.log()).isEqualTo(2);
        assertThat(run.log()).isEqualTo("PORT=\"70000\" is no port: give a number from 0 to 65535\n");
    }
}
