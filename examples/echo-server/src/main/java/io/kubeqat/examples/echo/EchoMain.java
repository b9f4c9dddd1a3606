package io.kubeqat.examples.echo;

import java.io.IOException;

/// Starts the [EchoServer] on the port in `PORT` (default 8080) and stops it on SIGTERM.
public final class EchoMain {
    private EchoMain() {}

    public static void main(String[] args) throws IOException {
        String port = System.getenv().getOrDefault("PORT", "8080");
        if (args.length > 0 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            System.err.println(args.length > 0
                    ? "the echo server takes no argument: \"" + args[0] + "\""
                    : "PORT=\"" + port + "\" is no port: give a number from 0 to 65535");
            System.exit(2);
        }
        EchoServer server = new EchoServer(Integer.parseInt(port));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("echo server listening port=" + server.port());
    }
}
