package io.kubeqat.e2e.pages;

import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.junit.OnTestbed;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Does what the examples' pages say, at a shell, and sees what they say. Each page ends with its own clean-up.
@OnTestbed(cards = "../simulator/src/main/resources/io/kubeqat/simulator/two-cards.yaml")
final class ExamplesIT {
    private static Cluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load(Cluster testbed) {
        cluster = testbed;
        for (String module : new String[] {"device-plugin", "examples/echo-server", "ingress-image", "node-setup"}) {
            cluster.load(Shell.EXAMPLES.resolveSibling(module).resolve("target/jib-image.tar"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl-speed", "tls-termination", "tls-termination/kata", "tls-termination/qat", "tls-termination/software"})
    void itsCommandsPrintWhatItShows(String example) throws Exception {
        try (Shell shell = new Shell(cluster, folder)) {
            for (Page.Step step : Page.read(Shell.EXAMPLES.resolve(example).resolve("README.md")).steps()) {
                shell.check(step);
            }
        }
    }

    /// What a page that failed left.
    @AfterEach
    void remove() {
        for (String example : new String[] {"openssl-speed", "tls-termination/kata"}) {
            cluster.kubectl("delete", "--ignore-not-found", "--kustomize", Shell.EXAMPLES.resolve(example).toString()).outputOrThrow();
        }
    }
}
