package io.kubeqat.ingress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// One run of a script of `src/test/native` in the root the image was built in, with the image's own root read-only at `/image` and empty folders
/// where the pod has volumes, devices and `/sys`.
///
/// @param seen what the script found, a line each
/// @param said what HAProxy and its engine wrote to standard error
record ImageRun(List<String> seen, List<String> said) {

    /// @param folder for the two outputs
    /// @throws AssertionError with all output if the script fails
    static ImageRun of(Path folder, String script, String... arguments) throws IOException, InterruptedException {
        return with(Map.of(), folder, script, arguments);
    }

    /// @param beside files and folders that the script finds beside the image's root, each read-only under the path of its value
    static ImageRun with(Map<Path, String> beside, Path folder, String script, String... arguments) throws IOException, InterruptedException {
        Path links = Path.of("target/native");
        Path out = folder.resolve(script + ".out");
        Path err = folder.resolve(script + ".err");
        List<String> command = new ArrayList<>(List.of("native/in-root", links.resolve("build-root/root").toString(),
                "--read", links.resolve("image-base/root").toString(), "/image", "--read", "src/test/native", "/check"));
        beside.forEach((here, inside) -> command.addAll(List.of("--read", here.toString(), inside)));
        for (String empty : List.of("dev", "sys", "etc/haproxy", "var/lib/haproxy", "var/run/haproxy", "tmp")) {
            command.addAll(List.of("--memory", "/image/" + empty));
        }
        command.addAll(List.of("--", "/check/" + script));
        command.addAll(List.of(arguments));
        int status = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        ImageRun run = new ImageRun(Files.readAllLines(out), Files.readAllLines(err));
        if (status != 0) {
            throw new AssertionError("the script " + script + " ended with " + status + ": " + run);
        }
        return run;
    }

    /// What follows the given word in the lines that begin with it.
    Stream<String> seen(String word) {
        return seen.stream().filter(line -> line.startsWith(word + " ")).map(line -> line.substring(word.length() + 1));
    }
}
