package io.kubeqat.deviceplugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Each test ends with the threads it began with. gRPC keeps its timer for a second after its last user, so the threads get some seconds to go.
final class LeavesNoTrace implements BeforeEachCallback, AfterEachCallback {
    private static final long PATIENCE_MILLIS = 10_000;
    /// The JDK's own, which it keeps for later.
    private static final List<String> HOUSEKEEPING = List.of("Cleaner", "Common-Cleaner", "process reaper");
    private static final ExtensionContext.Namespace SPACE = ExtensionContext.Namespace.create(LeavesNoTrace.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        LogHandler.install(System.err, Level.SEVERE);
        context.getStore(SPACE).put("threads", Thread.getAllStackTraces().keySet());
    }

    @Override
    @SuppressWarnings("unchecked")
    public void afterEach(ExtensionContext context) throws InterruptedException {
        Set<Thread> more = new HashSet<>(Thread.getAllStackTraces().keySet());
        more.removeAll((Set<Thread>) context.getStore(SPACE).get("threads"));
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        for (Thread thread : more) {
            if (HOUSEKEEPING.stream().noneMatch(thread.getName()::startsWith)) {
                thread.join(Math.max(1, end - System.currentTimeMillis()));
                assertThat(thread.isAlive()).as("thread %s is still there", thread.getName()).isFalse();
            }
        }
    }
}
