package io.kubeqat.verify.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// An API server that answers with what a testbed's cluster answered, without TLS and to anybody.
public final class RecordedCluster implements AutoCloseable {
    private static final String NAMESPACED = "/api/v1/namespaces/kube-qat/";
    private static final Map<String, String> ANSWERS = Map.of(
            "/api/v1/nodes", "nodes.json",
            "/api/v1/pods", "pods.json",
            "/apis/apps/v1/namespaces/kube-qat/daemonsets/qat-device-plugin", "daemonset.json",
            NAMESPACED + "configmaps/haproxy-ingress", "configmap.json",
            "/apis/networking.k8s.io/v1/ingressclasses", "ingressclasses.json",
            "/apis/networking.k8s.io/v1/ingresses", "ingresses.json",
            NAMESPACED + "pods/qat-device-plugin-x:9464/proxy/metrics", "agent-metrics.txt",
            NAMESPACED + "pods/qat-device-plugin-x/log", "node-setup.log",
            NAMESPACED + "pods/haproxy-ingress-y:10254/proxy/metrics", "ingress-metrics.txt",
            NAMESPACED + "pods/haproxy-ingress-y/log", "ingress.log");

    private final HttpServer server;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();

    public RecordedCluster() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    /// From now on the path is answered with a code and a Status.
    RecordedCluster refuse(String path, int code) {
        refusals.put(path, code);
        return this;
    }

    /// Method and path of each request so far.
    List<String> requests() {
        return List.copyOf(requests);
    }

    /// A kubeconfig that leads here.
    public Path kubeconfig(Path directory) throws IOException {
        return Files.writeString(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: recorded, cluster: {server: "http://127.0.0.1:%d"}}]
                contexts: [{name: recorded, context: {cluster: recorded, user: nobody}}]
                users: [{name: nobody, user: {token: nothing}}]
                current-context: recorded
                """.formatted(server.getAddress().getPort()));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path);
        int code = refusals.getOrDefault(path, ANSWERS.containsKey(path) ? 200 : 404);
        byte[] body = code == 200 ? recorded(ANSWERS.get(path)) : status(path, code);
        exchange.getResponseHeaders().add("Content-Type", code == 200 && !ANSWERS.get(path).endsWith(".json") ? "text/plain" : "application/json");
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static byte[] recorded(String name) {
        try (InputStream file = RecordedCluster.class.getResourceAsStream("recorded/" + name)) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] status(String path, int code) {
        return "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"%s is refused\",\"code\":%d}".formatted(path, code).getBytes(UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
