package io.kubeqat.testbed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Opens connections inside the node's network from a process outside it.
///
/// A socket belongs to the network namespace its thread was in when it was made, and works from any thread afterwards. So one thread enters the
/// node's namespace with setns(2), and makes the sockets; no helper process, no interface on the host. The thread starts no other thread: children
/// would inherit the namespace.
final class NodeNetwork implements AutoCloseable {
    private static final int O_RDONLY = 0;
    private static final int CLONE_NEWNET = 0x40000000;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("node-network").daemon(true).factory());

    private NodeNetwork() {}

    /// @param process any process in the network, as the host numbers it
    static NodeNetwork of(long process) {
        NodeNetwork network = new NodeNetwork();
        try {
            network.thread.submit(() -> enter("/proc/" + process + "/ns/net")).get();
            return network;
        } catch (ExecutionException e) {
            network.close();
            throw new TestbedException(ExitCode.NOT_RUNNING, e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            network.close();
            Thread.currentThread().interrupt();
            throw new TestbedException(ExitCode.UNEXPECTED, "interrupted while entering the node's network", e);
        }
    }

    /// @param host an IPv4 address; the node has no name service
    SocketChannel connect(String host, int port) throws IOException {
        try {
            return thread.submit(() -> {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
                try {
                    channel.connect(new InetSocketAddress(host, port));
                    return channel;
                } catch (IOException e) {
                    channel.close();
                    throw new IOException("cannot connect to " + host + ":" + port + " in the node's network: " + e.getMessage(), e);
                }
            }).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while connecting to " + host + ":" + port, e);
        }
    }

    // Native calls must be allowed to whoever uses this class (--enable-native-access).
    @SuppressWarnings("restricted")
    private static void enter(String namespace) {
        Linker linker = Linker.nativeLinker();
        StructLayout stateLayout = Linker.Option.captureStateLayout();
        VarHandle errno = stateLayout.varHandle(java.lang.foreign.MemoryLayout.PathElement.groupElement("errno"));
        Linker.Option capture = Linker.Option.captureCallState("errno");
        MethodHandle open = linker.downcallHandle(linker.defaultLookup().findOrThrow("open"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), capture, Linker.Option.firstVariadicArg(2));
        MethodHandle setns = linker.downcallHandle(linker.defaultLookup().findOrThrow("setns"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), capture);
        MethodHandle close = linker.downcallHandle(linker.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(stateLayout);
            int file = (int) open.invokeExact(state, arena.allocateFrom(namespace), O_RDONLY);
            if (file < 0) {
                throw new IllegalStateException("cannot open " + namespace + " (errno " + (int) errno.get(state, 0L)
                        + "): the node has ended; see the state with: testbed status");
            }
            int result = (int) setns.invokeExact(state, file, CLONE_NEWNET);
            int error = (int) errno.get(state, 0L);
            int _ = (int) close.invokeExact(file);
            if (result != 0) {
                throw new IllegalStateException("cannot enter " + namespace + " (errno " + error + "): run as root");
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("cannot call into the C library", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
