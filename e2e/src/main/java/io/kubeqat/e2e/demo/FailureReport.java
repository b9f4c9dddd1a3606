package io.kubeqat.e2e.demo;

import static io.kubeqat.e2e.example.Example.NAMESPACE;

import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.CommandResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What there is to read when something does not hold: everything in a folder, and the three logs that say most for the terminal.
///
/// @param folder where the files go; made when they are written
record FailureReport(Cluster cluster, Path folder) {
    /// Each is a link of the chain from card to handshake.
    private static final List<List<String>> LINKS = List.of(
            List.of("daemonset/qat-device-plugin", "node-setup"),
            List.of("daemonset/qat-device-plugin", "device-plugin"),
            List.of("deployment/haproxy-ingress", "haproxy-ingress"));
    private static final int LINES = 12;

    /// Writes the folder.
    ///
    /// @return the pods, and the last lines of the three logs
    String write() {
        try {
            Files.createDirectories(folder);
            file("pods", "get", "pods", "--all-namespaces", "--output=wide");
            file("events", "get", "events", "--all-namespaces", "--sort-by=.lastTimestamp");
            file("description-of-nodes", "describe", "nodes");
            file("description-of-pods", "describe", "pods", "--all-namespaces");
            file("objects.yaml", "get", "configmaps,daemonsets,deployments,endpointslices,ingresses,services", "--namespace", NAMESPACE, "--output=yaml");
            file("haproxy.cfg", "exec", "--namespace", NAMESPACE, "deployment/haproxy-ingress", "--", "cat", "/etc/haproxy/haproxy.cfg");
            for (String pod : cluster.kubectl("get", "pods", "--namespace", NAMESPACE, "--output=name").output().lines().toList()) {
                String name = pod.substring(pod.indexOf('/') + 1);
                file(name + ".log", "logs", "--namespace", NAMESPACE, pod, "--all-containers", "--prefix");
                file(name + ".previous.log", "logs", "--namespace", NAMESPACE, pod, "--all-containers", "--prefix", "--previous");
            }
            for (String component : cluster.components()) {
                Files.writeString(folder.resolve("node-" + component + ".log"), cluster.logs(component));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write logs to " + folder, e);
        }
        StringBuilder text = new StringBuilder("\n--- pods\n").append(cluster.kubectl("get", "pods", "--namespace", NAMESPACE, "--output=wide").output());
        for (List<String> link : LINKS) {
            CommandResult log = cluster.kubectl("logs", "--namespace", NAMESPACE, "--tail=" + LINES, link.getFirst(), "--container", link.getLast());
            text.append("--- last lines of ").append(link.getLast()).append('\n').append(log.output().isBlank() ? log.error() : log.output().stripTrailing() + "\n");
        }
        return text.toString();
    }

    /// What kubectl cannot get is said in the file's place.
    private void file(String name, String... kubectl) throws IOException {
        CommandResult result = cluster.kubectl(kubectl);
        Files.writeString(folder.resolve(name), result.output() + result.error());
    }
}
