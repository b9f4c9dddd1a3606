package io.kubeqat.kernelconfig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file of requests on one topic. A comment belongs to the requests right below it, up to the next comment or empty line; the comment at the head of the file, set off by an empty
/// line, says what the topic is.
record Fragment(Path file, List<Request> requests) {
    private static final Pattern ASSIGNMENT = Pattern.compile("CONFIG_(\\w+)=(.+)");
    private static final Pattern NOT_SET = Pattern.compile("# CONFIG_(\\w+) is not set");

    Fragment {
        requests = List.copyOf(requests);
    }

    /// @throws KernelConfigException if the file cannot be read, or a line is neither comment nor request
    static Fragment read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new KernelConfigException(ExitCode.USAGE, "cannot read the fragment " + file + ": " + e.getMessage());
        }
        List<Request> requests = new ArrayList<>();
        StringBuilder comment = new StringBuilder();
        boolean commenting = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            Matcher request = request(line);
            if (request.matches()) {
                commenting = false;
                requests.add(new Request(request.group(1), request.groupCount() == 2 ? request.group(2) : "n", comment.toString(), file, i + 1));
            } else if (line.startsWith("#")) {
                if (!commenting) {
                    comment.setLength(0);
                }
                commenting = true;
                comment.append(comment.isEmpty() ? "" : " ").append(line.replaceFirst("#+\\s*", ""));
            } else if (line.isEmpty()) {
                commenting = false;
                comment.setLength(0);
            } else {
                throw new KernelConfigException(ExitCode.PROBLEMS, "%s:%d: \"%s\" is neither a comment, nor CONFIG_NAME=VALUE, nor \"# CONFIG_NAME is not set\""
                        .formatted(file, i + 1, line));
            }
        }
        return new Fragment(file, requests);
    }

    private static Matcher request(String line) {
        Matcher notSet = NOT_SET.matcher(line);
        return notSet.matches() ? notSet : ASSIGNMENT.matcher(line);
    }
}
