package io.kubeqat.e2e.example;

import io.kubeqat.e2e.traffic.Load;
import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// `examples/tls-termination` on a cluster.
public final class Example {
    public static final String NAMESPACE = "kube-qat";
    /// Has a certificate of its own.
    public static final String HOST = "echo.example";
    /// Is served with the default certificate, like clients that name no host.
    public static final String DEFAULT_HOST = "default.example";

    private static final List<String> IMAGES = List.of("device-plugin", "examples/echo-server", "ingress-image", "node-setup");

    private final Cluster cluster;
    private final Path project;
    private final Path certificates;

    private Example(Cluster cluster, Path project, Path certificates) {
        this.cluster = cluster;
        this.project = project;
        this.certificates = certificates;
    }

    /// Does what a user of the example does, and returns when everything is ready.
    ///
    /// @param project the checkout, with its images built
    /// @param certificates a folder to put the two certificates and keys in
    public static Example deploy(Cluster cluster, Path project, Path certificates, Progress progress) {
        Example example = new Example(cluster, project, certificates);
        for (String module : IMAGES) {
            cluster.load(project.resolve(module).resolve("target/jib-image.tar"));
        }
        progress.step("images of " + String.join(", ", IMAGES) + " on the node");
        example.kubectl("apply", "--kustomize", project.resolve("examples/tls-termination").toString());
        example.host("""
                for host in echo.example default.example; do
                  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=$host -addext subjectAltName=DNS:$host -keyout $host.key -out $host.crt
                  kubectl -n kube-qat create secret tls $host --key $host.key --cert $host.crt
                done""");
        progress.step("examples/tls-termination applied");
        for (String workload : List.of("daemonset/qat-device-plugin", "deployment/echo-server", "deployment/haproxy-ingress")) {
            example.kubectl("-n", NAMESPACE, "rollout", "status", "--timeout=180s", workload);
            progress.step(workload + " ready");
        }
        // The Service is a moment behind its pods, and the controller behind the Secrets.
        example.host("""
                for host in echo.example default.example; do
                  curl --silent --retry 60 --retry-all-errors --retry-delay 1 --cacert $host.crt --connect-to ::%s: https://$host/
                done""".formatted(example.address()));
        return example;
    }

    public Cluster cluster() {
        return cluster;
    }

    public Path project() {
        return project;
    }

    /// The certificate of one of the two hosts.
    public Path certificate(String host) {
        return certificates.resolve(host + ".crt");
    }

    /// The address of the ingress controller's Service.
    public String address() {
        return kubectl("-n", NAMESPACE, "get", "service", "haproxy-ingress", "-o", "jsonpath={.spec.clusterIP}");
    }

    public Load load(String host) {
        return Load.endless(address(), host, certificate(host));
    }

    /// What the ingress controller's pod says to a script.
    public String pod(String script) {
        return kubectl("-n", NAMESPACE, "exec", "deployment/haproxy-ingress", "--", "sh", "-c", script);
    }

    /// What the node says to a script, outside of all pods.
    public String node(String script) {
        return cluster.exec("bash", "-c", script).outputOrThrow().strip();
    }

    /// What a shell of this machine says to a script, in the folder of the certificates and with the cluster's kubectl and network.
    public String host(String script) {
        try {
            Process shell = cluster.hostProgram("bash", "-euc", script).directory(certificates.toFile()).redirectErrorStream(true).start();
            String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (shell.waitFor() != 0) {
                throw new IllegalStateException("\"" + script + "\" failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run a shell", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    public String kubectl(String... arguments) {
        return cluster.kubectl(arguments).outputOrThrow().strip();
    }

    /// Changes keys of the ingress controller's ConfigMap; the controller makes a new configuration of it and reloads HAProxy.
    ///
    /// @param data JSON, such as `{"ssl-engine": "qat"}`; `null` removes a key
    public void configure(String data) {
        kubectl("-n", NAMESPACE, "patch", "configmap", "haproxy-ingress", "--type=merge", "--patch", "{\"data\":" + data + "}");
    }

    /// Like [#configure], and returns when a worker that began after the change has taken over.
    public void reload(String data) {
        List<String> before = workers();
        configure(data);
        await("a new worker of HAProxy", () -> {
            List<String> now = workers();
            return !now.isEmpty() && now.stream().noneMatch(before::contains);
        });
    }

    /// The HAProxy processes that serve, in the node's numbering, youngest last: those whose parent is HAProxy, too. After a reload the old one stays for
    /// as long as it has connections.
    public List<String> workers() {
        return Arrays.stream(node("for p in $(pgrep -x haproxy); do "
                + "[ \"$(cat /proc/$(awk '{print $4}' /proc/$p/stat)/comm)\" != haproxy ] || echo $p; done 2> /dev/null; true").split("\\s+"))
                .filter(worker -> !worker.isEmpty()).toList();
    }

    public String worker() {
        List<String> all = workers();
        if (all.isEmpty()) {
            throw new IllegalStateException("no process of HAProxy has HAProxy as its parent");
        }
        return all.getLast();
    }

    /// What of `qat.intel.com/cy` the scheduler may give out on the node.
    public String allocatable() {
        return kubectl("get", "nodes", "-o", "jsonpath={.items[*].status.allocatable['qat\\.intel\\.com/cy']}");
    }

    /// Looks until something holds.
    public void await(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("waited three minutes in vain for " + what);
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + what, e);
            }
        }
    }

    /// A folder for certificates below one that is removed with the build.
    public static Path certificates(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder " + folder, e);
        }
    }
}
