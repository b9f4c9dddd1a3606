package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.kubelet.FakeKubelet;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Device;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Takes a plugin through a day on a node, so that the JVM it runs on learns which classes a node needs: cards, calls, a device that fails, a kubelet that
/// restarts, a clean end.
final class AotTraining {
    private static final String CY = "qat.intel.com/cy";
    private static final String DC = "qat.intel.com/dc";
    private static final int CARDS = 8;
    private static final int VFS = 16;
    private static final int CALLS = 500;

    private AotTraining() {}

    /// @param arguments a directory to make a node in, and the command that starts the plugin; options that name the node are added to it
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Path.of(arguments[0]);
        Path plugins = Files.createDirectories(directory.resolve("p"));
        NodeTree node = new NodeTree(directory);
        for (int i = 0; i < CARDS; i++) {
            String bus = "%02x".formatted(0x10 + i);
            node.card(bus, i % 2 == 0 ? "sym;asym" : "dc", i / 4, VFS);
            node.heartbeat(bus, true, 1, 0);
            node.firmwareCounters(bus, i, i);
        }
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        command.addAll(List.of("--sysfs", node.sysfs().toString(), "--dev", node.dev().toString(), "--kubelet-dir", plugins.toString(), "--scan-interval", "200ms"));
        try (FakeKubelet kubelet = new FakeKubelet(plugins)) {
            kubelet.start();
            ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
            // As the DaemonSet does, which has some settings from the environment.
            builder.environment().put(Setting.HTTP_PORT.variable(), Integer.toString(port));
            Process plugin = builder.start();
            try {
                day(kubelet, node, port);
            } finally {
                // SIGTERM: a killed JVM records nothing.
                plugin.destroy();
                if (!plugin.waitFor(2, TimeUnit.MINUTES)) {
                    plugin.destroyForcibly();
                }
            }
            if (plugin.exitValue() != 128 + 15) {
                throw new IllegalStateException("the plugin has ended with " + plugin.exitValue() + " instead of 143 for SIGTERM");
            }
        }
    }

    private static void day(FakeKubelet kubelet, NodeTree node, int port) throws IOException, InterruptedException {
        List<String> ids = kubelet.awaitList(CY, list -> true).stream().map(Device::getID).toList();
        for (int i = 0; i < CALLS; i++) {
            List<String> chosen = kubelet.preferred(CY, ids, List.of(ids.get(i % ids.size())), 3);
            kubelet.allocate(CY, chosen.toArray(String[]::new));
        }
        for (String page : List.of("/healthz", "/readyz", "/metrics", "/nothing")) {
            get(port, page);
        }
        node.removeNode(101);
        kubelet.awaitList(CY, list -> list.stream().anyMatch(device -> device.getHealth().equals("Unhealthy")));
        kubelet.kill();
        kubelet.start();
        kubelet.awaitList(CY, list -> true);
        kubelet.awaitList(DC, list -> true);
        kubelet.endStream(CY);
        kubelet.awaitRegistrations(5);
        kubelet.awaitList(CY, list -> true);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void get(int port, String page) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(("GET " + page + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }
}
