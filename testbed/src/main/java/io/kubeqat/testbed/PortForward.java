package io.kubeqat.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/// A port on the host's loopback that leads to an address in the node's network. Bytes only: TLS goes through unopened.
public final class PortForward implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ServerSocketChannel server;
    private final NodeNetwork network;
    private final String host;
    private final int port;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<String> lastFailure = new AtomicReference<>("");

    private PortForward(ServerSocketChannel server, NodeNetwork network, String host, int port) {
        this.server = server;
        this.network = network;
        this.host = host;
        this.port = port;
    }

    static PortForward to(NodeNetwork network, String host, int port) {
        try {
            ServerSocketChannel server = ServerSocketChannel.open();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            PortForward forward = new PortForward(server, network, host, port);
            Thread.ofVirtual().name("forward-" + host + ":" + port).start(forward::accept);
            return forward;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on a loopback port", e);
        }
    }

    /// {@return the port on 127.0.0.1, chosen by the kernel}
    public int localPort() {
        return server.socket().getLocalPort();
    }

    /// {@return why the last connection was closed without an answer; empty if none was}
    public String lastFailure() {
        return lastFailure.get();
    }

    private void accept() {
        while (true) {
            SocketChannel client;
            try {
                client = server.accept();
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot accept on port " + localPort(), e);
            }
            open.add(client);
            Thread.ofVirtual().name("forward-connect").start(() -> connect(client));
        }
    }

    private void connect(SocketChannel client) {
        SocketChannel node;
        try {
            node = network.connect(host, port);
        } catch (IOException e) {
            // What a client would see of a closed port; the reason is kept for whoever looks.
            lastFailure.set(e.getMessage());
            end(client);
            open.remove(client);
            return;
        }
        open.add(node);
        Thread up = Thread.ofVirtual().name("forward-up").start(() -> pump(client, node));
        pump(node, client);
        try {
            up.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        end(client);
        end(node);
        open.remove(client);
        open.remove(node);
    }

    /// Copies until one side ends, then tells the other side; the way back stays open, as TCP has it.
    private static void pump(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (AsynchronousCloseException _) {
            // Closed by us, in close().
        } catch (IOException _) {
            // A reset on one side; the other gets the end of the connection, like a client of a real reset.
            end(from);
            end(to);
        }
    }

    private static void end(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a forwarded connection", e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close port " + localPort(), e);
        }
        open.forEach(PortForward::end);
    }
}
