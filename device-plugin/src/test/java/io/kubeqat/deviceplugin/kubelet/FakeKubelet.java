package io.kubeqat.deviceplugin.kubelet;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.kubeqat.deviceplugin.kubelet.pluginregistration.InfoRequest;
import io.kubeqat.deviceplugin.kubelet.pluginregistration.PluginInfo;
import io.kubeqat.deviceplugin.kubelet.pluginregistration.RegistrationStatus;
import io.kubeqat.deviceplugin.kubelet.v1beta1.AllocateRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.AllocateResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerAllocateRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ContainerPreferredAllocationRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Device;
import io.kubeqat.deviceplugin.kubelet.v1beta1.DevicePluginGrpc;
import io.kubeqat.deviceplugin.kubelet.v1beta1.DevicePluginOptions;
import io.kubeqat.deviceplugin.kubelet.v1beta1.Empty;
import io.kubeqat.deviceplugin.kubelet.v1beta1.ListAndWatchResponse;
import io.kubeqat.deviceplugin.kubelet.v1beta1.PreferredAllocationRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.RegisterRequest;
import io.kubeqat.deviceplugin.kubelet.v1beta1.RegistrationGrpc;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The kubelet's half of the device plugin contract, as kubelet 1.36 plays it: sweeps the sockets when it starts, calls back while `Register` is under way,
/// takes the options from the plugin and not from the request, keeps one ListAndWatch for each registration, never asks again once it has ended, and
/// leaves its own socket behind. Into `plugins_registry` it looks when it is told to.
public final class FakeKubelet implements AutoCloseable {
    /// Intel's plugin, which the benchmark measures with this, takes 15 s and more to read 1,024 VFs of a mounted simulator.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final Transport transport = new Transport();
    /// Everything below is guarded by this object, which is notified of each change.
    private final SortedMap<String, Plugin> plugins = new TreeMap<>();
    private final List<RegisterRequest> registrations = new ArrayList<>();
    private final Map<Path, String> found = new HashMap<>();
    private Optional<Running> running = Optional.empty();
    private int refusals;

    private record Running(Server server, ExecutorService executor) {}

    /// A plugin that has registered.
    public static final class Plugin {
        private final RegisterRequest request;
        private final ManagedChannel channel;
        private final DevicePluginOptions options;
        private final List<ListAndWatchResponse> lists = new ArrayList<>();
        private ClientCallStreamObserver<Empty> stream;
        private boolean ended;

        private Plugin(RegisterRequest request, ManagedChannel channel, DevicePluginOptions options) {
            this.request = request;
            this.channel = channel;
            this.options = options;
        }
    }

    public FakeKubelet(Path directory) {
        this.directory = directory;
    }

    /// Starts as the kubelet does: whatever socket is in the directory goes.
    public void start() {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                // A plugin may remove its own at the same time.
                if (Files.exists(entry) && !Files.isRegularFile(entry) && !Files.isDirectory(entry)) {
                    Files.deleteIfExists(entry);
                }
            }
            ExecutorService executor = Executors.newCachedThreadPool(Thread.ofPlatform().name("fake-kubelet-", 0).factory());
            io.netty.channel.EventLoopGroup events = transport.events();
            Server server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket()))
                    .channelType(NioServerDomainSocketChannel.class)
                    .bossEventLoopGroup(events)
                    .workerEventLoopGroup(events)
                    .executor(executor)
                    .addService(new Registration())
                    .build()
                    .start();
            synchronized (this) {
                running = Optional.of(new Running(server, executor));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends as a killed kubelet does: streams break, and its socket stays behind with nobody listening.
    public void kill() throws InterruptedException {
        List<Plugin> known;
        Running old;
        synchronized (this) {
            known = List.copyOf(plugins.values());
            plugins.clear();
            found.clear();
            old = running.orElseThrow();
            running = Optional.empty();
        }
        for (Plugin plugin : known) {
            plugin.channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
        old.server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        old.executor.shutdown();
        leaveSocketBehind(socket());
    }

    public static void leaveSocketBehind(Path path) {
        try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Files.deleteIfExists(path);
            stale.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Looks into `plugins_registry`, as the kubelet does each second: drops the plugins whose sockets have gone, then asks each new socket what it is.
    public void lookInto(Path registry) throws IOException {
        List<Path> there;
        try (Stream<Path> entries = Files.list(registry)) {
            there = entries.filter(entry -> entry.toString().endsWith(".sock")).toList();
        }
        List<Path> unknown;
        synchronized (this) {
            found.keySet().stream().filter(socket -> !there.contains(socket)).toList()
                    .forEach(gone -> plugins.get(found.remove(gone)).channel.shutdownNow());
            unknown = there.stream().filter(socket -> !found.containsKey(socket)).toList();
        }
        for (Path socket : unknown) {
            ask(socket);
        }
    }

    /// Waits for the answer, as the kubelet does (`operationexecutor/operation_generator.go`, `dial`): a socket is there a moment before its plugin listens.
    private void ask(Path socket) {
        ManagedChannel channel = transport.channel(socket);
        try {
            io.kubeqat.deviceplugin.kubelet.pluginregistration.RegistrationGrpc.RegistrationBlockingStub stub =
                    io.kubeqat.deviceplugin.kubelet.pluginregistration.RegistrationGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(10, TimeUnit.SECONDS);
            PluginInfo info = stub.getInfo(InfoRequest.getDefaultInstance());
            if (!info.getType().equals("DevicePlugin") || !info.getSupportedVersionsList().contains("v1beta1")) {
                throw new AssertionError("a kubelet takes this for no device plugin: " + info);
            }
            synchronized (this) {
                found.put(socket, info.getName());
            }
            connect(RegisterRequest.newBuilder().setVersion("v1beta1").setEndpoint(info.getEndpoint()).setResourceName(info.getName()).build());
            stub.notifyRegistrationStatus(RegistrationStatus.newBuilder().setPluginRegistered(true).build());
        } finally {
            channel.shutdownNow();
        }
    }

    /// Lets the next registrations fail.
    public synchronized void refuse(int times) {
        refusals = times;
    }

    /// Ends the stream of a resource while its plugin lives, as kubelets before 1.37 do by mistake.
    public synchronized void endStream(String resource) {
        plugins.get(resource).stream.cancel("test", null);
    }

    /// Waits for the newest list of a resource to be like this.
    public synchronized List<Device> awaitList(String resource, Predicate<List<Device>> condition) throws InterruptedException {
        await("a matching list of " + resource, () -> latest(resource).filter(condition).isPresent());
        return latest(resource).orElseThrow();
    }

    /// The newest list of a resource; empty where there is none.
    public synchronized List<Device> list(String resource) {
        return latest(resource).orElse(List.of());
    }

    /// How many devices a resource has, healthy or not: those of the last list, also when its stream has ended.
    public synchronized int capacity(String resource) {
        return Optional.ofNullable(plugins.get(resource)).filter(plugin -> !plugin.lists.isEmpty()).map(plugin -> plugin.lists.getLast().getDevicesCount()).orElse(0);
    }

    /// Waits until this many registrations have been asked for in all.
    public synchronized List<RegisterRequest> awaitRegistrations(int count) throws InterruptedException {
        await(count + " registrations", () -> registrations.size() >= count);
        return List.copyOf(registrations);
    }

    public synchronized DevicePluginOptions options(String resource) {
        return plugins.get(resource).options;
    }

    /// Asks for the options over a connection of its own.
    ///
    /// @param authority what the kubelet calls the plugin's end of it
    public DevicePluginOptions optionsCalling(String resource, String authority) throws InterruptedException {
        ManagedChannel channel = transport.channel(directory.resolve(endpoint(resource)), authority);
        try {
            return DevicePluginGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS).getDevicePluginOptions(Empty.getDefaultInstance());
        } finally {
            channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    public synchronized String endpoint(String resource) {
        return plugins.get(resource).request.getEndpoint();
    }

    /// How many lists the current stream of a resource has brought.
    public synchronized int lists(String resource) {
        return plugins.get(resource).lists.size();
    }

    public AllocateResponse allocate(String resource, String... ids) {
        return stub(resource).allocate(AllocateRequest.newBuilder()
                .addContainerRequests(ContainerAllocateRequest.newBuilder().addAllDevicesIds(List.of(ids)))
                .build());
    }

    /// Several containers in one call, as the API allows; no kubelet does so yet.
    @SafeVarargs
    public final AllocateResponse allocateEach(String resource, List<String>... containers) {
        AllocateRequest.Builder request = AllocateRequest.newBuilder();
        for (List<String> ids : containers) {
            request.addContainerRequests(ContainerAllocateRequest.newBuilder().addAllDevicesIds(ids));
        }
        return stub(resource).allocate(request.build());
    }

    public List<String> preferred(String resource, List<String> available, List<String> mustInclude, int size) {
        return stub(resource).getPreferredAllocation(PreferredAllocationRequest.newBuilder()
                        .addContainerRequests(ContainerPreferredAllocationRequest.newBuilder()
                                .addAllAvailableDeviceIDs(available)
                                .addAllMustIncludeDeviceIDs(mustInclude)
                                .setAllocationSize(size))
                        .build())
                .getContainerResponses(0)
                .getDeviceIDsList();
    }

    private DevicePluginGrpc.DevicePluginBlockingStub stub(String resource) {
        ManagedChannel channel;
        synchronized (this) {
            channel = plugins.get(resource).channel;
        }
        return DevicePluginGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private Optional<List<Device>> latest(String resource) {
        return Optional.ofNullable(plugins.get(resource)).filter(plugin -> !plugin.ended && !plugin.lists.isEmpty()).map(plugin -> plugin.lists.getLast().getDevicesList());
    }

    private void await(String what, java.util.function.BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("no " + what + " within " + PATIENCE + "; registrations " + registrations + ", lists "
                        + plugins.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue().lists).toList());
            }
            wait(left);
        }
    }

    private Path socket() {
        return directory.resolve("kubelet.sock");
    }

    @Override
    public void close() {
        boolean runs;
        synchronized (this) {
            runs = running.isPresent();
        }
        try {
            if (runs) {
                kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        transport.close();
    }

    private final class Registration extends RegistrationGrpc.RegistrationImplBase {
        @Override
        public void register(RegisterRequest request, StreamObserver<Empty> response) {
            synchronized (FakeKubelet.this) {
                registrations.add(request);
                FakeKubelet.this.notifyAll();
                if (refusals > 0) {
                    refusals--;
                    response.onError(Status.UNKNOWN.withDescription("refused by the test").asRuntimeException());
                    return;
                }
            }
            if (!request.getVersion().equals("v1beta1")) {
                response.onError(Status.UNKNOWN.withDescription("version " + request.getVersion() + " is not supported").asRuntimeException());
                return;
            }
            try {
                connect(request);
            } catch (StatusRuntimeException e) {
                response.onError(Status.UNKNOWN.withDescription("failed to dial device plugin: " + e.getMessage()).asRuntimeException());
                return;
            }
            response.onNext(Empty.getDefaultInstance());
            response.onCompleted();
        }
    }

    private void connect(RegisterRequest request) {
        ManagedChannel channel = transport.channel(directory.resolve(request.getEndpoint()));
        try {
            DevicePluginOptions options = DevicePluginGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .getDevicePluginOptions(Empty.getDefaultInstance());
            watch(new Plugin(request, channel, options));
        } catch (StatusRuntimeException e) {
            channel.shutdownNow();
            throw e;
        }
    }

    private void watch(Plugin plugin) {
        synchronized (this) {
            Plugin old = plugins.put(plugin.request.getResourceName(), plugin);
            if (old != null) {
                old.channel.shutdownNow();
            }
        }
        // Outside the context of the Register call, whose end would be the end of the stream as well.
        Context.ROOT.run(() -> DevicePluginGrpc.newStub(plugin.channel).listAndWatch(Empty.getDefaultInstance(), new ClientResponseObserver<Empty, ListAndWatchResponse>() {
            @Override
            public void beforeStart(ClientCallStreamObserver<Empty> stream) {
                plugin.stream = stream;
            }

            @Override
            public void onNext(ListAndWatchResponse list) {
                synchronized (FakeKubelet.this) {
                    plugin.lists.add(list);
                    FakeKubelet.this.notifyAll();
                }
            }

            @Override
            public void onError(Throwable failure) {
                end();
            }

            @Override
            public void onCompleted() {
                end();
            }

            /// The end of the stream is the end of the devices, and nothing is asked again.
            private void end() {
                plugin.channel.shutdownNow();
                synchronized (FakeKubelet.this) {
                    plugin.ended = true;
                    FakeKubelet.this.notifyAll();
                }
            }
        }));
    }
}
