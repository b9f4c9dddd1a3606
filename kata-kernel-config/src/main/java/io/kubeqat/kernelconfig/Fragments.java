package io.kubeqat.kernelconfig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The fragments of this module: what any Kata guest needs, what a VF in it needs on top, and what can be added.
record Fragments(List<Fragment> guest, List<Fragment> qat, List<Fragment> optional) {
    /// @param folder has the folders `guest`, `qat` and `optional`
    static Fragments read(Path folder) {
        return new Fragments(topic(folder.resolve("guest")), topic(folder.resolve("qat")), topic(folder.resolve("optional")));
    }

    private static List<Fragment> topic(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".conf")).sorted().map(Fragment::read).toList();
        } catch (IOException e) {
            throw new KernelConfigException(ExitCode.USAGE, "cannot list the fragments in " + folder + ": " + e);
        }
    }

    /// What every kernel of this module is made of.
    List<Fragment> base() {
        return Stream.concat(guest.stream(), qat.stream()).toList();
    }

    private Stream<Fragment> all() {
        return Stream.concat(base().stream(), optional.stream());
    }

    /// What is wrong with the fragments as texts: a request without a reason, a symbol asked for twice.
    List<String> flaws() {
        List<String> flaws = new ArrayList<>();
        Map<String, Request> seen = new LinkedHashMap<>();
        all().flatMap(fragment -> fragment.requests().stream()).forEach(request -> {
            if (request.reason().isEmpty()) {
                flaws.add(request.place() + ": " + request.text() + " has no reason: put a comment right above it");
            }
            Request first = seen.putIfAbsent(request.symbol(), request);
            if (first != null) {
                flaws.add(request.place() + ": CONFIG_" + request.symbol() + " stands in " + first.place() + " already");
            }
        });
        return flaws;
    }

    /// SHA-256 over what is asked for and where; comments and order do not count.
    String digest() {
        List<String> lines = all().flatMap(fragment -> fragment.requests().stream().map(request ->
                        request.fragment().getParent().getFileName() + "/" + request.fragment().getFileName() + " " + request.text()))
                .sorted()
                .toList();
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
