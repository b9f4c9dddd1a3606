package io.kubeqat.ingress;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// One member of a tar archive, with its bytes only where they were asked for.
///
/// Reads what GNU tar and Jib write: ustar headers and GNU's long names. The format: `tar(5)` of libarchive, "GNU Tar Archives".
///
/// @param type the header's type flag: `0` a file, `5` a folder, `1` and `2` links
record TarEntry(String name, char type, int mode, int uid, int gid, byte[] content) {
    private static final int BLOCK = 512;

    static List<TarEntry> readAll(InputStream tar, Predicate<String> wanted) throws IOException {
        List<TarEntry> entries = new ArrayList<>();
        String longName = null;
        for (byte[] header = tar.readNBytes(BLOCK); header.length == BLOCK && header[0] != 0; header = tar.readNBytes(BLOCK)) {
            long size = octal(header, 124, 12);
            char type = header[156] == 0 ? '0' : (char) header[156];
            if (type == 'L') {
                longName = new String(content(tar, size), StandardCharsets.UTF_8).replace("\0", "");
                continue;
            }
            if ("xg".indexOf(type) >= 0) {
                throw new IOException("a pax header (type " + type + ") is not understood here");
            }
            String name = longName != null ? longName : text(header, 0, 100);
            longName = null;
            byte[] content = new byte[0];
            if (wanted.test(name)) {
                content = content(tar, size);
            } else {
                tar.skipNBytes(padded(size));
            }
            entries.add(new TarEntry(name, type, (int) octal(header, 100, 8), (int) octal(header, 108, 8), (int) octal(header, 116, 8), content));
        }
        return List.copyOf(entries);
    }

    private static byte[] content(InputStream tar, long size) throws IOException {
        byte[] content = tar.readNBytes(Math.toIntExact(size));
        tar.skipNBytes(padded(size) - size);
        return content;
    }

    private static long padded(long size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    private static long octal(byte[] header, int from, int length) {
        return Long.parseLong(text(header, from, length).strip(), 8);
    }

    private static String text(byte[] header, int from, int length) {
        String text = new String(header, from, length, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }
}
