package io.kubeqat.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A daemon of its own leaves nothing: no process, mount, folder or control group, whatever becomes of the command or of the script. It is tried beside the daemon of the other tests.
final class WithDockerIT {
    private static final Path SCRIPT = Docker.MODULE.resolve("src/test/native/with-docker");
    private static final Path IMAGE = Docker.MODULE.resolveSibling("examples/echo-server/target/jib-image.tar");
    /// The daemon's own client, because this machine need not have one.
    private static final String START_A_CONTAINER = "root=${DOCKER_HOST#unix://}; unset DOCKER_HOST; chroot ${root%/run/docker.sock}/root docker run --detach " + Docker.image("echo-server") + " && ";
    private static final Duration DEADLINE = Duration.ofMinutes(1);

    private final Set<Path> before = left();

    WithDockerIT() throws IOException {}

    @Test
    void leavesNothingWhereTheCommandFails() throws IOException, InterruptedException {
        Process script = start(START_A_CONTAINER + "exit 7");
        assertThat(script.waitFor(DEADLINE)).isTrue();
        assertThat(script.exitValue()).isEqualTo(7);
        assertThat(left()).isEqualTo(before);
    }

    @Test
    void leavesNothingAtSigterm() throws IOException, InterruptedException {
        Process script = startedWithAContainer();
        List<ProcessHandle> processes = script.descendants().toList();
        assertThat(left()).isNotEqualTo(before);

        script.destroy();
        assertThat(script.waitFor(DEADLINE)).isTrue();
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(left()).isEqualTo(before);
    }

    @Test
    void leavesNoProcessWhenItIsKilledAndTheNextRunRemovesTheRest() throws IOException, InterruptedException {
        Process script = startedWithAContainer();
        List<ProcessHandle> processes = script.descendants().toList();

        script.destroyForcibly();
        Instant end = Instant.now().plus(DEADLINE);
        while (processes.stream().anyMatch(ProcessHandle::isAlive)) {
            assertThat(Instant.now()).as("its processes end").isBefore(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(left()).isNotEqualTo(before);

        assertThat(start("exit 0").waitFor(DEADLINE)).isTrue();
        assertThat(left()).isEqualTo(before);
    }

    private static Process startedWithAContainer() throws IOException {
        Process script = start(START_A_CONTAINER + "echo it runs && sleep 1000");
        BufferedReader output = script.inputReader();
        List<String> lines = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            if (line.equals("it runs")) {
                return script;
            }
        }
        throw new AssertionError("no container was started: " + lines);
    }

    private static Process start(String command) throws IOException {
        return new ProcessBuilder(SCRIPT.toString(), "--log", Docker.MODULE.resolve("target/with-docker.log").toString(), IMAGE.toString(), "--", "sh", "-c", command)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /// What runs have outside of their name spaces: a folder and control groups of its name, and the mounts that this process can see.
    private static Set<Path> left() throws IOException {
        Set<Path> left = new TreeSet<>();
        try (Stream<Path> folders = Files.list(Path.of(System.getProperty("java.io.tmpdir"))); Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
            folders.filter(folder -> folder.getFileName().toString().startsWith("kube-qat-docker-")).forEach(left::add);
            mounts.map(line -> Path.of(line.split(" ")[4])).forEach(left::add);
        }
        // Version 1 has a folder for each hierarchy, version 2 is one. What others make and remove there meanwhile is none of this.
        try (Stream<Path> hierarchies = Stream.concat(Stream.of(Path.of("/sys/fs/cgroup")), Files.list(Path.of("/sys/fs/cgroup")))) {
            hierarchies.map(Path::toFile).map(hierarchy -> hierarchy.listFiles((_, name) -> name.startsWith("kube-qat-docker-"))).filter(Objects::nonNull)
                    .flatMap(Stream::of).map(File::toPath).forEach(left::add);
        }
        return left;
    }
}
