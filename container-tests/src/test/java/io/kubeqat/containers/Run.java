package io.kubeqat.containers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A container that was started and has ended by itself.
///
/// @param exitCode what it ended with
/// @param log      what it wrote, both streams
record Run(int exitCode, String log) {

    /// @param environment `NAME=value` each
    /// @param arguments   what follows the image's entry point
    static Run of(String image, HostConfig host, List<String> environment, String... arguments) throws IOException, InterruptedException {
        return of(Docker.CLIENT.createContainerCmd(Docker.image(image)).withHostConfig(host).withEnv(environment).withCmd(arguments));
    }

    static Run of(CreateContainerCmd command) throws IOException, InterruptedException {
        String id = command.exec().getId();
        try {
            Docker.CLIENT.startContainerCmd(id).exec();
            int code = Docker.CLIENT.waitContainerCmd(id).exec(new WaitContainerResultCallback()).awaitStatusCode(2, TimeUnit.MINUTES);
            return new Run(code, Docker.log(id));
        } finally {
            Docker.CLIENT.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
        }
    }
}
