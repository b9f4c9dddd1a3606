package io.kubeqat.deviceplugin.kubelet;

import io.grpc.BindableService;
import io.grpc.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// One start of the gRPC server of one resource name, on a socket of its own that nobody else ever has.
final class PluginServer implements AutoCloseable {
    private static final long LONGEST_END_SECONDS = 5;

    private final Path socket;
    private final Server server;

    private PluginServer(Path socket, Server server) {
        this.socket = socket;
        this.server = server;
    }

    static PluginServer start(Transport transport, Path socket, BindableService... services) throws IOException {
        return new PluginServer(socket, transport.server(socket, services).start());
    }

    /// What the kubelet joins to its own directory.
    String endpoint() {
        return socket.getFileName().toString();
    }

    /// False once the kubelet has swept its directory, as it does at each start.
    boolean hasSocket() {
        return Files.exists(socket);
    }

    /// Ends the streams and removes the socket.
    @Override
    public void close() {
        server.shutdownNow();
        try {
            if (!server.awaitTermination(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the server on " + socket + " has not ended within " + LONGEST_END_SECONDS + " s");
            }
            // Netty does so, too, but only for a channel that it closes in the ordinary way.
            Files.deleteIfExists(socket);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + socket, e);
        }
    }
}
