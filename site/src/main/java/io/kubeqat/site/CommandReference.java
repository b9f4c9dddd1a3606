package io.kubeqat.site;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The configuration reference: what each command says of itself, from the tables that it reads its options from.
///
/// @param classPath has all the commands
record CommandReference(String classPath) {
    private record Command(String name, String purpose, String main, String... words) {}

    private static final List<Command> COMMANDS = List.of(
            new Command("node-setup", "Init container on each node with cards.", "io.kubeqat.nodesetup.NodeSetupMain"),
            new Command("device-plugin", "Agent on each node with cards.", "io.kubeqat.deviceplugin.DevicePluginMain"),
            new Command("kube-qat verify", "Looks at a cluster.", "io.kubeqat.verify.KubeQatMain", "verify"),
            new Command("simulator", "Simulated cards.", "io.kubeqat.simulator.SimulatorMain"),
            new Command("testbed", "The throw-away cluster.", "io.kubeqat.testbed.TestbedMain"),
            new Command("demo", "The demo on it.", "io.kubeqat.e2e.demo.DemoMain"));

    String page() throws IOException, InterruptedException {
        StringBuilder page = new StringBuilder("# Configuration\n\nWhat each command answers to `--help`, of this version. The ingress image's own variable is on [its page](ingress-image.html).\n");
        for (Command command : COMMANDS) {
            page.append("\n## ").append(command.name()).append("\n\n").append(command.purpose()).append("\n\n```\n").append(help(command)).append("```\n");
        }
        return page.toString();
    }

    private String help(Command command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(), "-XX:TieredStopAtLevel=1", "-cp", classPath, command.main()));
        line.addAll(List.of(command.words()));
        line.add("--help");
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).replaceAll("\u001b\\[[0-9;]*m", "");
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0 || text.isBlank()) {
            throw new IOException(command.main() + " --help ended with " + process.exitValue() + ": " + text);
        }
        return text.endsWith("\n") ? text : text + "\n";
    }
}
