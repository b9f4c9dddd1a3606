package io.kubeqat.deviceplugin.kubelet;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/// Calls back as soon as something appears in or leaves a directory. Only makes things faster: what counts is what is found there, and that is looked at
/// regularly anyway.
final class DirectoryWatch implements AutoCloseable {
    private final WatchService service;
    private final Thread thread;

    private DirectoryWatch(WatchService service, Runnable changed) {
        this.service = service;
        this.thread = Thread.ofPlatform().name("kubelet-watch").daemon().unstarted(() -> watch(changed));
    }

    static DirectoryWatch start(Path directory, Runnable changed) throws IOException {
        WatchService service = directory.getFileSystem().newWatchService();
        try {
            directory.register(service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException e) {
            service.close();
            throw e;
        }
        DirectoryWatch watch = new DirectoryWatch(service, changed);
        watch.thread.start();
        return watch;
    }

    /// False once the directory itself is gone.
    boolean isAlive() {
        return thread.isAlive();
    }

    private void watch(Runnable changed) {
        try {
            WatchKey key;
            do {
                key = service.take();
                key.pollEvents();
                changed.run();
            } while (key.reset());
        } catch (ClosedWatchServiceException e) {
            // Closed: the end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            service.close();
            thread.join();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot end the watch", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
