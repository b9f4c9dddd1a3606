package io.kubeqat.deviceplugin.kubelet;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// gRPC over Unix sockets with the JDK's own channels (JDK 16 and newer), so without native code. One thread serves everything: calls are short and never
/// wait.
final class Transport implements AutoCloseable {
    private final EventLoopGroup events = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("grpc", true), NioIoHandler.newFactory());

    EventLoopGroup events() {
        return events;
    }

    Server server(Path socket, BindableService... services) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(events)
                .workerEventLoopGroup(events)
                .directExecutor();
        for (BindableService service : services) {
            builder.addService(service);
        }
        return builder.build();
    }

    ManagedChannel channel(Path socket) {
        return channel(socket, "localhost");
    }

    /// @param authority what the other end is called; it need not care
    ManagedChannel channel(Path socket, String authority) {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        return NettyChannelBuilder.forAddress(address)
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                .eventLoopGroup(events)
                .directExecutor()
                .offloadExecutor(Runnable::run)
                .usePlaintext()
                .overrideAuthority(authority)
                .build();
    }

    @Override
    public void close() {
        events.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
