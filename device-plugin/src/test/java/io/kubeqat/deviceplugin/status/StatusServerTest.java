package io.kubeqat.deviceplugin.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.deviceplugin.inventory.Inventory;
import io.kubeqat.qat.QatDebugfs;
import io.kubeqat.sysfs.LinuxSysfs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusServerTest {
    @TempDir
    Path directory;

    private Optional<AgentStatus> status = Optional.of(new AgentStatus(Inventory.EMPTY, List.of(), new TreeMap<>(), new TreeMap<>()));
    private StatusServer server;

    @BeforeEach
    void start() throws IOException {
        StatusPages pages = new StatusPages(() -> status, new QatDebugfs(new LinuxSysfs(directory)));
        server = StatusServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), pages);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void nodeWithoutCardsIsReady() throws IOException {
        assertThat(ask("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo("HTTP/1.1 200 OK\r\n"
                + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\nCache-Control: no-store\r\nConnection: close\r\n\r\nok\n");
        assertThat(ask("GET /metrics?a=b HTTP/1.0\n\n")).startsWith("HTTP/1.1 200 ").contains("kube_qat_devices_not_offered 0\n");
    }

    @Test
    void headHasNoBody() throws IOException {
        assertThat(ask("HEAD /healthz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200 ").contains("Content-Length: 3\r\n").endsWith("\r\n\r\n");
    }

    @Test
    void agentThatHangsIsNotHealthy() throws IOException {
        status = Optional.empty();

        assertThat(ask("GET /healthz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 503 ").endsWith("the agent's loop does not answer\n");
    }

    @Test
    void refusesWhatItDoesNotUnderstand() throws IOException {
        assertThat(ask("GET /other HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404 ");
        assertThat(ask("POST /healthz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 405 ").contains("Allow: GET, HEAD\r\n");
        assertThat(ask("\0\1\2\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(ask("GET http://a/healthz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void servesOthersAgainAfterClientsThatSayNothing() throws IOException {
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            silent.add(connect());
        }

        assertThat(ask("GET /healthz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        for (Socket socket : silent) {
            socket.close();
        }
    }

    @Test
    void survivesRequestWithoutEnd() throws IOException {
        try (Socket socket = connect()) {
            byte[] much = "x".repeat(1024).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 64; i++) {
                socket.getOutputStream().write(much);
            }
        } catch (SocketException e) {
            // Hung up on, as it should be.
            assertThat(e).isNotNull();
        }

        assertThat(ask("GET /healthz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    private String ask(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
