package io.kubeqat.e2e.kernel;

import io.kubeqat.sysfs.SysfsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/// Turns the tests round that `kernel/differences.txt` lists with a cause: they have to fail.
final class Differences implements InvocationInterceptor {
    private static final Path FILE = Path.of("src/test/resources/kernel/differences.txt");

    private final Map<String, String> causes = read();

    private static Map<String, String> read() {
        try {
            return Files.readAllLines(FILE).stream()
                    .filter(Predicate.not(line -> line.isBlank() || line.startsWith("#")))
                    .map(line -> line.split(" +", 2))
                    .collect(Collectors.toMap(words -> words[0], words -> words[1]));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }

    Map<String, String> causes() {
        return causes;
    }

    @Override
    public void interceptTestMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
        String cause = causes.get(method.getExecutable().getName());
        if (cause == null) {
            invocation.proceed();
            return;
        }
        try {
            invocation.proceed();
        } catch (AssertionError | SysfsException _) {
            return;
        }
        throw new AssertionError(FILE + " says that the real kernel differs here, because " + cause + "; it does not: take the line out");
    }
}
