package io.kubeqat.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.core.DockerClientBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/// The daemon beside which the tests run, asked for what Cube does not tell.
final class Docker {
    static final DockerClient CLIENT = DockerClientBuilder.getInstance().build();
    /// `basedir` is set by Failsafe.
    static final Path MODULE = Path.of(System.getProperty("basedir"));

    private Docker() {}

    static String image(String name) {
        return "localhost/kube-qat/" + name + ":" + System.getProperty("project.version");
    }

    /// What the container has written so far, or all if it has ended; both streams, as they came.
    static String log(String container) throws IOException, InterruptedException {
        Text text = new Text();
        CLIENT.logContainerCmd(container).withStdOut(true).withStdErr(true).exec(text).awaitCompletion();
        return text.toString();
    }

    /// What a command prints in a container that runs; both streams.
    static String exec(String container, String... command) throws IOException, InterruptedException {
        Text text = new Text();
        String id = CLIENT.execCreateCmd(container).withCmd(command).withAttachStdout(true).withAttachStderr(true).exec().getId();
        CLIENT.execStartCmd(id).exec(text).awaitCompletion();
        return text.toString();
    }

    static ContainerState state(String container) {
        return CLIENT.inspectContainerCmd(container).exec().getState();
    }

    /// The kernel's word on the container's first process, `/proc/PID/status`: tests and containers share a process name space.
    static Map<String, String> status(String container) throws IOException {
        return Files.readAllLines(Path.of("/proc", state(container).getPidLong().toString(), "status")).stream()
                .map(line -> line.split(":\\s*", 2))
                .collect(Collectors.toMap(field -> field[0], field -> field[1].strip()));
    }

    /// The options with which the container's root is mounted, such as `ro`.
    static java.util.List<String> rootOptions(String container) throws IOException {
        return Files.readAllLines(Path.of("/proc", state(container).getPidLong().toString(), "mountinfo")).stream()
                .map(line -> line.split(" "))
                .filter(fields -> fields[4].equals("/"))
                .map(fields -> Arrays.asList(fields[5].split(",")))
                .toList().getLast();
    }

    static final class Text extends ResultCallback.Adapter<Frame> {
        private final StringBuffer text = new StringBuffer();

        @Override
        public void onNext(Frame frame) {
            text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
