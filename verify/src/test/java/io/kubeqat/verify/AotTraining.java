package io.kubeqat.verify;

import io.kubeqat.verify.cluster.RecordedCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Lets the command look at a cluster, so that the JVM it runs on learns which classes that needs.
final class AotTraining {
    private AotTraining() {}

    /// @param arguments a directory for a kubeconfig, and the command that starts `kube-qat`; `verify` and its options are added to it
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (RecordedCluster cluster = new RecordedCluster()) {
            List<String> command = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
            command.addAll(List.of("verify", "--kubeconfig", cluster.kubeconfig(Path.of(arguments[0])).toString()));
            Process verify = new ProcessBuilder(command).inheritIO().start();
            if (!verify.waitFor(2, TimeUnit.MINUTES)) {
                verify.destroyForcibly();
            }
            if (verify.exitValue() != ExitCode.BROKEN.number()) {
                throw new IllegalStateException("the command has ended with " + verify.exitValue() + " instead of " + ExitCode.BROKEN.number());
            }
        }
    }
}
