package io.kubeqat.sysfs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// With files that come and go under one name, as those of a driver that is loaded again.
class RepeatedWritesTest {
    private final RepeatedWrites writes = new RepeatedWrites();
    private final List<String> written = new ArrayList<>();
    private DriverFile now = new DriverFile();
    private int opened;

    @Test
    void writesToTheFileThatCameInPlaceOfTheOneItKeeps() throws IOException {
        write("a");
        write("b");
        write("c");
        assertThat(opened).isEqualTo(2);

        now.answer = Errno.ENODEV;
        now = new DriverFile();
        write("d");
        write("e");

        assertThat(written).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void repeatsOnceAndOnlyWhatARemovedFileAnswers() throws IOException {
        write("a");
        write("b");
        int before = opened;

        now.answer = Errno.EBUSY;
        assertThatThrownBy(() -> write("c")).hasMessage("Device or resource busy");
        assertThat(opened).isEqualTo(before);

        now.answer = null;
        write("d");
        now.answer = Errno.ENODEV;
        assertThatThrownBy(() -> write("e")).hasMessage("No such device");
        assertThat(opened).isEqualTo(before + 2);
        assertThat(written).containsExactly("a", "b", "d");
    }

    private void write(String value) throws IOException {
        writes.write("bind", ByteBuffer.wrap(value.getBytes(US_ASCII)), () -> {
            opened++;
            return now;
        });
    }

    private final class DriverFile extends FileChannel {
        private Errno answer;

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            // The JDK takes what it writes from a copy, and counts it only where it was written; a fake may count it all the same.
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            if (answer != null) {
                throw new IOException(answer.text());
            }
            written.add(new String(bytes, US_ASCII));
            return bytes.length;
        }

        @Override
        public int read(ByteBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force(boolean metaData) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void implCloseChannel() {
            // The same object stands for the file each time it is opened.
        }
    }
}
