package io.kubeqat.deviceplugin.status;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// As much of HTTP/1.1 (RFC 9112) as probes and scrapers need: GET and HEAD, one request a connection.
///
/// A few threads wait for connections themselves, so there is neither a queue nor a limit to keep. Each connection has two seconds for its request, whatever its pace,
/// so that nobody holds a thread for longer.
public final class StatusServer implements AutoCloseable {
    private static final Logger LOG = System.getLogger(StatusServer.class.getName());
    private static final int THREADS = 3;
    private static final int BACKLOG = 32;
    private static final int LONGEST_HEAD = 8192;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(10);
    private static final Pattern REQUEST = Pattern.compile("([A-Z]{1,16}) (/[!-~]{0,1024}) HTTP/1\\.[01]\r?");

    private final StatusPages pages;
    private final ServerSocket socket;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Socket, Long> clients = new ConcurrentHashMap<>();

    private StatusServer(StatusPages pages, ServerSocket socket) {
        this.pages = requireNonNull(pages, "pages is null");
        this.socket = socket;
    }

    /// Begins to answer.
    ///
    /// @param address port 0 for any that is free
    /// @param pages what it answers with
    /// @return the server, to be closed
    /// @throws IOException when it cannot be had
    public static StatusServer start(InetSocketAddress address, StatusPages pages) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(address, BACKLOG);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        StatusServer server = new StatusServer(pages, socket);
        for (int i = 0; i < THREADS; i++) {
            server.threads.add(Thread.ofPlatform().name("status-" + i).daemon().start(server::serve));
        }
        return server;
    }

    /// {@return the port it listens on}
    public int port() {
        return socket.getLocalPort();
    }

    /// Hangs up on clients that do not take their answer; to be called every few seconds. A write to a socket has no timeout of its own.
    public void hangUp() {
        clients.forEach((client, since) -> {
            if (System.nanoTime() - since > LONGEST_ANSWER.toNanos()) {
                close(client);
            }
        });
    }

    private static void close(Socket client) {
        try {
            client.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "connection not closed reason=\"" + e.getMessage() + "\"");
        }
    }

    private void serve() {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                clients.put(client, System.nanoTime());
                try {
                    answer(client);
                } finally {
                    clients.remove(client);
                }
            } catch (IOException e) {
                // The client's trouble, or the end of the server.
                LOG.log(Level.DEBUG, () -> "no answer reason=\"" + e.getMessage() + "\"");
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a status page failed", e);
            }
        }
    }

    private void answer(Socket client) throws IOException {
        String head = head(client);
        Matcher request = REQUEST.matcher(head.lines().findFirst().orElse(""));
        StatusPages.Page page;
        if (!request.matches()) {
            page = StatusPages.Page.text(400, "this is no HTTP/1.1 request\n");
        } else if (!request.group(1).equals("GET") && !request.group(1).equals("HEAD")) {
            page = StatusPages.Page.text(405, "only GET and HEAD are understood\n");
        } else {
            page = pages.page(request.group(2).replaceFirst("\\?.*", ""));
        }
        byte[] body = page.body().getBytes(UTF_8);
        String answer = "HTTP/1.1 " + page.code() + " " + phrase(page.code()) + "\r\n"
                + (page.code() == 405 ? "Allow: GET, HEAD\r\n" : "")
                + "Content-Type: " + page.contentType() + "\r\n"
                + "Content-Length: " + body.length + "\r\n"
                + "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
        client.getOutputStream().write(answer.getBytes(ISO_8859_1));
        if (!head.startsWith("HEAD ")) {
            client.getOutputStream().write(body);
        }
    }

    /// The request line and the fields: everything to the empty line.
    private static String head(Socket client) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        InputStream in = client.getInputStream();
        byte[] bytes = new byte[LONGEST_HEAD];
        int length = 0;
        while (length < LONGEST_HEAD) {
            long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            if (left <= 0) {
                throw new SocketTimeoutException("the request has not come within " + PATIENCE.toSeconds() + " s");
            }
            client.setSoTimeout((int) left);
            int read = in.read(bytes, length, LONGEST_HEAD - length);
            if (read < 0) {
                break;
            }
            length += read;
            String head = new String(bytes, 0, length, ISO_8859_1);
            if (head.contains("\r\n\r\n") || head.contains("\n\n")) {
                return head;
            }
        }
        return "";
    }

    private static String phrase(int code) {
        return switch (code) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            default -> "Service Unavailable";
        };
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the status port", e);
        }
        clients.keySet().forEach(StatusServer::close);
        try {
            for (Thread thread : threads) {
                thread.join(PATIENCE.plusSeconds(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
