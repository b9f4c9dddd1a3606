package io.kubeqat.deviceplugin.kubelet;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// The right to serve in the kubelet's directory. One process has it, and the kernel takes it back however that process ends.
///
/// The file stays, because one that is removed may be locked by somebody who has just opened it. Kubelet 1.20 removes it when it starts; then the lock is taken
/// anew.
final class InstanceLock implements AutoCloseable {
    private final Path file;
    private Optional<FileChannel> held = Optional.empty();

    InstanceLock(Path file) {
        this.file = requireNonNull(file, "file is null");
    }

    Path file() {
        return file;
    }

    /// False while another process has it.
    ///
    /// @throws IOException when the file cannot be made
    boolean hold() throws IOException {
        if (held.isPresent() && Files.exists(file)) {
            return true;
        }
        close();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                held = Optional.of(channel);
                return true;
            }
        } catch (OverlappingFileLockException _) {
            // Another one in this very process.
        }
        channel.close();
        return false;
    }

    @Override
    public void close() throws IOException {
        if (held.isPresent()) {
            FileChannel channel = held.get();
            held = Optional.empty();
            channel.close();
        }
    }
}
