package io.kubeqat.testbed.junit;

import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.ClusterOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Starts the cluster that [OnTestbed] asks for. The root store closes it after the last test of the run.
final class ClusterExtension implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(ClusterExtension.class);
    private static final String EXISTING = "testbed.cluster";

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Cluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
        String cards = context.getRequiredTestClass().getAnnotation(OnTestbed.class).cards();
        return context.getRoot().getStore(NAMESPACE).computeIfAbsent(cards, ClusterExtension::cluster, Cluster.class);
    }

    private static Cluster cluster(String cards) {
        String existing = System.getProperty(EXISTING, "");
        if (!existing.isEmpty()) {
            return Cluster.attach(ClusterOptions.named(existing));
        }
        ClusterOptions options = ClusterOptions.named("test-" + ProcessHandle.current().pid() + (cards.isEmpty() ? "" : "-" + Integer.toHexString(cards.hashCode())));
        return Cluster.start(cards.isEmpty() ? options : options.withCards(Path.of(cards)), step -> System.out.println("testbed: " + step));
    }
}
