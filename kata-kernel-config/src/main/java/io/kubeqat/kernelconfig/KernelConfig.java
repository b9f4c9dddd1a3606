package io.kubeqat.kernelconfig;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// A final configuration, as Kconfig writes it: a `.config`, or `/proc/config.gz` of a running kernel.
record KernelConfig(Map<String, String> values) {
    private static final Pattern ASSIGNMENT = Pattern.compile("CONFIG_(\\w+)=(.*)");

    KernelConfig {
        values = Map.copyOf(values);
    }

    /// @throws KernelConfigException if it cannot be read, or has no symbol that is set
    static KernelConfig read(Path file) {
        Map<String, String> values = new LinkedHashMap<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(2);
            boolean packed = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            String text = new String((packed ? new GZIPInputStream(in) : in).readAllBytes(), StandardCharsets.UTF_8);
            text.lines().forEach(line -> {
                Matcher assignment = ASSIGNMENT.matcher(line.strip());
                if (assignment.matches()) {
                    values.put(assignment.group(1), assignment.group(2));
                }
            });
        } catch (IOException e) {
            throw new KernelConfigException(ExitCode.USAGE, "cannot read the configuration " + file + ": " + e);
        }
        if (values.isEmpty()) {
            throw new KernelConfigException(ExitCode.USAGE, file + " is no kernel configuration: it has no line CONFIG_NAME=VALUE");
        }
        return new KernelConfig(values);
    }

    /// The symbol's value; `n` for one that is not set or not mentioned, as in Kconfig's expressions.
    String value(String symbol) {
        return values.getOrDefault(symbol, "n");
    }

    boolean has(Request request) {
        return value(request.symbol()).equals(request.value());
    }
}
