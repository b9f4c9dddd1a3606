package io.kubeqat.sysfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Writes to files; one that is written again and again, as a driver's `bind` is once for each VF, stays open from the second time on. Each write is still one
/// `write(2)`, and thus one command.
///
/// Where in the file it lands means nothing to sysfs (Linux `fs/sysfs/file.c`, `sysfs_kf_write`); with a place of its own no write waits for the end of another,
/// as of an `unbind` that waits for a VF's user.
final class RepeatedWrites {
    private static final int MOST = 16;
    private static final int MOST_REMEMBERED = 8192;

    private final Set<String> written = ConcurrentHashMap.newKeySet();
    private final Map<String, FileChannel> open = new ConcurrentHashMap<>();

    @FunctionalInterface
    interface Opening {
        FileChannel open() throws IOException;
    }

    void write(String path, ByteBuffer value, Opening opening) throws IOException {
        FileChannel known = open.get(path);
        if (known != null) {
            writeToKept(known, path, value, opening);
        } else if (remember(path) || open.size() >= MOST) {
            try (FileChannel channel = opening.open()) {
                channel.write(value, 0);
            }
        } else {
            FileChannel opened = opening.open();
            FileChannel faster = open.putIfAbsent(path, opened);
            if (faster != null) {
                opened.close();
            }
            writeTo(faster == null ? opened : faster, path, value);
        }
    }

    /// @return whether the path is new
    private boolean remember(String path) {
        if (written.size() >= MOST_REMEMBERED) {
            written.clear();
        }
        return written.add(path);
    }

    /// A file whose driver was unloaded and loaded again while it was open has gone for good, and another one has its name (Linux `fs/kernfs/file.c`: a removed
    /// file answers ENODEV). A driver that refuses a device answers the same, and then does so twice.
    private void writeToKept(FileChannel channel, String path, ByteBuffer value, Opening opening) throws IOException {
        try {
            writeTo(channel, path, value);
        } catch (IOException e) {
            if (!Errno.ENODEV.text().equals(e.getMessage())) {
                throw e;
            }
            try (FileChannel anew = opening.open()) {
                anew.write(value.rewind(), 0);
            }
        }
    }

    /// After a failure the file is looked up anew: it may be one of a driver that has gone and come again. It is not closed, because another thread may be in
    /// the middle of a write; the JDK closes what nobody refers to.
    private void writeTo(FileChannel channel, String path, ByteBuffer value) throws IOException {
        try {
            channel.write(value, 0);
        } catch (IOException e) {
            open.remove(path, channel);
            throw e;
        }
    }
}
