package io.kubeqat.deviceplugin.kubelet;

import static java.util.Objects.requireNonNull;

import io.kubeqat.deviceplugin.inventory.ResourceName;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/// A directory in which the kubelet and its plugins find each other: `/var/lib/kubelet/device-plugins`, where the kubelet has a socket, or `/var/lib/kubelet/plugins_registry`,
/// where it looks for ours.
final class KubeletDirectory {
    private static final String PREFIX = "kube-qat-";
    private static final String SUFFIX = ".sock";
    /// A socket's path has 108 bytes, the last of them NUL (`unix(7)`); 30 of a name are enough to recognise it.
    private static final int LONGEST_NAME = 30;

    private final Path directory;
    /// Makes the names of this process's sockets differ from those of the one before it, whose process id is the same in a container.
    private final String start = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private int sockets;

    KubeletDirectory(Path directory) {
        this.directory = requireNonNull(directory, "directory is null");
    }

    Path path() {
        return directory;
    }

    /// Where the kubelet listens. That it exists means nothing: a kubelet that has ended leaves it behind.
    Path kubeletSocket() {
        return directory.resolve("kubelet.sock");
    }

    /// Locked by the one plugin that serves here.
    Path lockFile() {
        return directory.resolve("kube-qat.lock");
    }

    /// Tells one kubelet start from the next; absent while there is no socket, or none to be seen: then registering will fail and say why.
    Optional<Identity> kubelet() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(kubeletSocket(), BasicFileAttributes.class);
            // Inode numbers are used again at once, hence the time.
            return Optional.of(new Identity(attributes.fileKey(), attributes.creationTime().toInstant().toString()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// A path that no plugin server had before: a socket that is closed late would take the file of its successor with it, and the kubelet
    /// before 1.37 mistakes the end of an old stream for that of a new one (Kubernetes issue 127803).
    Path newSocket(ResourceName resource) {
        String name = resource.name().substring(0, Math.min(LONGEST_NAME, resource.name().length()));
        return directory.resolve(PREFIX + name + "-" + start + "-" + ++sockets + SUFFIX);
    }

    /// Removes the sockets that a plugin left behind when it was killed: those that nobody answers on.
    void sweep() throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
            for (Path socket : leftovers) {
                if (!answers(socket)) {
                    Files.deleteIfExists(socket);
                }
            }
        }
    }

    private static boolean answers(Path socket) {
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    record Identity(Object file, String created) {
        /// By hand, as [#hashCode]: see [io.kubeqat.pci.PciId#equals].
        @Override
        public boolean equals(Object other) {
            return other instanceof Identity identity && file.equals(identity.file) && created.equals(identity.created);
        }

        @Override
        public int hashCode() {
            return file.hashCode();
        }
    }
}
