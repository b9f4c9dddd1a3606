package io.kubeqat.verify.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Which cluster to ask, and how.
///
/// @param kubeconfig absent for the usual places: `$KUBECONFIG`, `~/.kube/config`, the service account of a pod
/// @param context absent for the current one
/// @param timeout of each answer
public record Connection(Optional<Path> kubeconfig, Optional<String> context, Duration timeout) {

    /// @throws ClusterException if the kubeconfig is no good
    public KubernetesClient open() {
        try {
            Config found = kubeconfig.map(file -> Config.fromKubeconfig(context.orElse(null), file.toFile())).orElseGet(() -> Config.autoConfigure(context.orElse(null)));
            ClientKey.algorithm(found).ifPresent(found::setClientKeyAlgo);
            int millis = Math.toIntExact(timeout.toMillis());
            // A look is repeated by whoever runs it, so the client does not try again behind his back.
            Config config = new ConfigBuilder(found).withConnectionTimeout(millis).withRequestTimeout(millis).withRequestRetryBackoffLimit(0).build();
            return new KubernetesClientBuilder().withConfig(config).build();
        } catch (RuntimeException e) {
            // The YAML parser's own exceptions, the client's, those of keys: all are about what the kubeconfig says.
            throw new ClusterException("cannot take the kubeconfig" + kubeconfig.map(file -> " " + file).orElse("") + ": " + ClusterReader.reason(e).replaceAll("\\s+", " ")
                    + "; see that kubectl works with it", e);
        }
    }
}
