package io.kubeqat.deviceplugin;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Calls back as soon as something appears in or leaves one of a few directories (inotify). Only makes things faster: what counts is what is found there, and
/// that is looked at regularly anyway. Not for `/sys`, where the kernel changes files without telling anybody.
final class DirectoryWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(DirectoryWatch.class.getName());

    private final List<Path> directories;
    private final Runnable changed;
    private final Map<Path, WatchKey> keys = new HashMap<>();
    private final Map<Path, String> troubles = new HashMap<>();
    private Optional<Running> running = Optional.empty();

    private record Running(WatchService service, Thread thread) {}

    DirectoryWatch(List<Path> directories, Runnable changed) {
        this.directories = List.copyOf(directories);
        this.changed = requireNonNull(changed, "changed is null");
    }

    /// Watches what is not watched yet and exists: to be called before each look at them, because directories come and go.
    void ensure() {
        directories.stream().filter(directory -> !keys.containsKey(directory) || !keys.get(directory).isValid()).forEach(this::watch);
    }

    private void watch(Path directory) {
        keys.remove(directory);
        try {
            keys.put(directory, directory.register(service(), StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE));
            troubles.remove(directory);
        } catch (NoSuchFileException _) {
            troubles.remove(directory);
        } catch (IOException e) {
            String trouble = String.valueOf(e.getMessage());
            if (!trouble.equals(troubles.put(directory, trouble))) {
                LOG.log(Level.WARNING, () -> "no watch on a directory, looking regularly directory=" + directory + " reason=\"" + e + "\"");
            }
        }
    }

    private WatchService service() throws IOException {
        if (running.isEmpty()) {
            WatchService service = FileSystems.getDefault().newWatchService();
            running = Optional.of(new Running(service, Thread.ofPlatform().name("directory-watch").daemon().start(() -> listen(service))));
        }
        return running.get().service();
    }

    private void listen(WatchService service) {
        try {
            while (true) {
                WatchKey key = service.take();
                key.pollEvents();
                // Without effect on a directory that is gone; then its key is no longer valid.
                key.reset();
                changed.run();
            }
        } catch (ClosedWatchServiceException e) {
            // Closed: the end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            if (running.isPresent()) {
                running.get().service().close();
                running.get().thread().join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot end the watch", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
