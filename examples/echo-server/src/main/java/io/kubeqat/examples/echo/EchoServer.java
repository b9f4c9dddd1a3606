package io.kubeqat.examples.echo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/// Answers each request with its own request line, headers and body, so that a client sees what the proxy in between passed on.
final class EchoServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();

    /// @param port where to listen on every address; 0 lets the kernel choose
    EchoServer(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(requests);
        server.createContext("/", EchoServer::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String head = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + exchange.getProtocol() + "\n"
                    + new TreeMap<>(exchange.getRequestHeaders()).entrySet().stream()
                            .map(header -> header.getKey() + ": " + String.join(", ", header.getValue()) + "\n")
                            .collect(Collectors.joining())
                    + "\n";
            byte[] received = exchange.getRequestBody().readAllBytes();
            byte[] start = head.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(200, start.length + received.length);
            exchange.getResponseBody().write(start);
            exchange.getResponseBody().write(received);
        }
    }

    /// Lets requests under way finish, for at most two seconds.
    @Override
    public void close() {
        server.stop(2);
        requests.close();
    }
}
