package io.kubeqat.kernelconfig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// The file `config_version`: a line for each version of the fragments, its number and the [digest][Fragments#digest] of what it asked for. The last line is the one in force; its
/// number is part of what `uname -r` says in the guest. The lines before it stay, so that a number cannot be used twice.
record ConfigVersion(Path file, List<String> lines) {
    static ConfigVersion read(Path file) {
        try {
            return new ConfigVersion(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new KernelConfigException(ExitCode.USAGE, "cannot read " + file + ": " + e);
        }
    }

    List<String> flaws(Fragments fragments) {
        List<String> flaws = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).matches((i + 1) + " [0-9a-f]{64}")) {
                flaws.add("%s:%d: \"%s\" is not %d and a SHA-256 in hexadecimal".formatted(file.getFileName(), i + 1, lines.get(i), i + 1));
            } else if (lines.subList(0, i).contains(i + lines.get(i).substring(lines.get(i).indexOf(' ')))) {
                flaws.add("%s:%d: the same as the version before".formatted(file.getFileName(), i + 1));
            }
        }
        if (flaws.isEmpty() && !isOf(fragments)) {
            flaws.add("%s: the fragments have changed since version %d; give them the next one with \"kernel-config record\"".formatted(file.getFileName(), lines.size()));
        }
        return flaws;
    }

    private boolean isOf(Fragments fragments) {
        return !lines.isEmpty() && lines.getLast().endsWith(" " + fragments.digest());
    }

    /// Adds a line for the fragments if they have changed; says what the version is.
    int record(Fragments fragments) {
        if (isOf(fragments)) {
            return lines.size();
        }
        int next = lines.size() + 1;
        try {
            Files.writeString(file, next + " " + fragments.digest() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new KernelConfigException(ExitCode.FAILED, "cannot write " + file + ": " + e);
        }
        return next;
    }
}
