package io.kubeqat.deviceplugin.kubelet;

import io.kubeqat.deviceplugin.allocation.AllocationPolicy;
import io.kubeqat.deviceplugin.allocation.Allocator;
import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// Keeps one resource name registered, whatever the kubelet does: it may be away, start again, sweep our socket, or end the stream.
///
/// Every trouble has one answer: close the server, start a new one on a new socket, register that. Serving comes before registering because the
/// kubelet calls back before it answers; the old stream ends before the new registration because kubelets before 1.37 take the late end of an old stream for
/// the end of the new one.
///
/// In `plugins_registry` there is nothing to register: the kubelet finds the socket by itself, also one that has started anew, and needs a new socket only where it has ended
/// the stream without ending itself.
///
/// Belongs to the thread of the loop; only the callbacks come from elsewhere, and they go through the loop.
final class ResourcePlugin implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ResourcePlugin.class.getName());
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);
    /// Time for the kubelet to notice the end of the old stream before it hears of the new one.
    private static final Duration PAUSE_AFTER_STREAM = Duration.ofMillis(100);
    /// Old kubelets (1.20) accept first and call back later; without a stream by then they did not get through.
    private static final Duration LONGEST_WAIT_FOR_STREAM = Duration.ofSeconds(15);
    /// A stream that has lasted this long was good: the next trouble starts with short pauses again.
    private static final Duration GOOD_STREAM = Duration.ofSeconds(10);
    /// A kubelet that starts anew takes two or three seconds until it looks into `plugins_registry`; where it takes longer, a new socket does no harm.
    private static final Duration LONGEST_WAIT_FOR_RETURN = Duration.ofSeconds(5);

    private final ResourceName resource;
    private final KubeletDirectory directory;
    private final boolean inRegistry;
    private final Transport transport;
    private final Registrar registrar;
    private final Allocator allocator;
    private final AllocationPolicy policy;
    private final Executor loop;
    private final Tally tally = new Tally();
    private final Backoff backoff = new Backoff(FIRST_RETRY, LONGEST_RETRY);

    private long registrations;
    private long failedRegistrations;
    private List<Device> devices;
    private Optional<Run> run = Optional.empty();
    private long retryAt = System.nanoTime();
    private Optional<KubeletDirectory.Identity> kubeletSeen = Optional.empty();
    private Optional<String> lastTrouble = Optional.empty();

    /// One server start with what has become of it.
    private static final class Run implements DevicePluginService.Streams {
        private final ResourcePlugin plugin;
        private PluginServer server;
        private DevicePluginService service;
        private Runnable withdraw;
        private boolean accepted;
        private long acceptedAt;
        private int streams;
        private long streamOpenedAt;
        private long streamEndedAt;

        private Run(ResourcePlugin plugin) {
            this.plugin = plugin;
        }

        @Override
        public void opened() {
            plugin.loop.execute(() -> plugin.streamOpened(this));
        }

        @Override
        public void ended() {
            plugin.loop.execute(() -> plugin.streamEnded(this));
        }
    }

    ResourcePlugin(
            ResourceName resource,
            List<Device> devices,
            KubeletDirectory directory,
            boolean inRegistry,
            Transport transport,
            Allocator allocator,
            AllocationPolicy policy,
            Executor loop) {
        this.resource = resource;
        this.devices = devices;
        this.directory = directory;
        this.inRegistry = inRegistry;
        this.transport = transport;
        this.registrar = new Registrar(transport);
        this.allocator = allocator;
        this.policy = policy;
        this.loop = loop;
    }

    void publish(List<Device> next) {
        if (!next.equals(devices)) {
            devices = next;
            run.ifPresent(current -> current.service.publish(next));
        }
    }

    /// Compares what is with what should be, and takes the next step if its time has come. Cheap: two looks at the file system.
    void reconcile() {
        Optional<KubeletDirectory.Identity> kubelet = inRegistry ? Optional.empty() : directory.kubelet();
        boolean another = kubelet.isPresent() && !kubelet.equals(kubeletSeen);
        if (run.isPresent()) {
            Run current = run.get();
            if (!current.server.hasSocket()) {
                restart("the kubelet has removed the plugin's socket");
            } else if (another) {
                restart("kubelet.sock is a new one");
            } else if (current.accepted && current.streams == 0 && elapsed(current.acceptedAt).compareTo(LONGEST_WAIT_FOR_STREAM) > 0) {
                restart("the kubelet has accepted but not called back for " + LONGEST_WAIT_FOR_STREAM.toSeconds() + " s");
            } else if (inRegistry && current.streamEndedAt != 0 && current.streams == 0 && elapsed(current.streamEndedAt).compareTo(LONGEST_WAIT_FOR_RETURN) > 0) {
                restart("the kubelet has ended the stream and not come back for " + LONGEST_WAIT_FOR_RETURN.toSeconds() + " s");
            }
        }
        if (run.isEmpty() && another) {
            // A kubelet that has just come need not wait for what its predecessor did.
            backoff.reset();
            retryAt = Math.min(retryAt, System.nanoTime() + FIRST_RETRY.toNanos());
        }
        if (run.isEmpty() && retryAt - System.nanoTime() <= 0) {
            kubeletSeen = kubelet;
            register();
        }
    }

    /// How long [#reconcile] has nothing to do unless something happens.
    Duration idle() {
        return run.isPresent() ? LONGEST_RETRY : Duration.ofNanos(Math.max(0, retryAt - System.nanoTime()));
    }

    ResourceFigures figures() {
        boolean registered = run.filter(current -> current.accepted && current.streams > 0).isPresent();
        return new ResourceFigures(registered, registrations, failedRegistrations, tally.granted.get(), tally.refused.get());
    }

    private void register() {
        Run next = new Run(this);
        next.service = new DevicePluginService(resource, devices, allocator, policy, next, tally);
        Path socket = directory.newSocket(resource);
        Consumer<Optional<String>> done = failure -> loop.execute(() -> registered(next, failure));
        try {
            next.server = inRegistry
                    ? PluginServer.start(transport, socket, next.service, new RegistryService(resource, socket, done))
                    : PluginServer.start(transport, socket, next.service);
        } catch (IOException e) {
            retryLater("cannot serve in " + directory.path() + ": " + e.getMessage());
            return;
        }
        run = Optional.of(next);
        next.withdraw = inRegistry ? () -> { } : registrar.register(directory.kubeletSocket(), resource, next.server.endpoint(), done);
    }

    private void registered(Run of, Optional<String> failure) {
        if (!isCurrent(of)) {
            return;
        }
        if (failure.isPresent()) {
            failedRegistrations++;
            end();
            retryLater("the kubelet at " + (inRegistry ? directory.path() : directory.kubeletSocket()) + " has not accepted: " + failure.get());
            return;
        }
        of.accepted = true;
        registrations++;
        of.acceptedAt = System.nanoTime();
        lastTrouble = Optional.empty();
        long healthy = devices.stream().filter(Device::isHealthy).count();
        LOG.log(Level.INFO, () -> "registered resource=" + resource + " devices=" + devices.size() + " healthy=" + healthy + " socket=" + of.server.endpoint());
    }

    private void streamOpened(Run of) {
        if (isCurrent(of)) {
            of.streams++;
            of.streamOpenedAt = System.nanoTime();
        }
    }

    private void streamEnded(Run of) {
        if (!isCurrent(of)) {
            return;
        }
        of.streams--;
        if (of.streams > 0) {
            return;
        }
        if (inRegistry) {
            of.accepted = false;
            of.streamEndedAt = System.nanoTime();
        } else {
            restart("the kubelet has ended the stream");
        }
    }

    private void restart(String why) {
        Run old = run.orElseThrow();
        if (old.streamOpenedAt != 0 && elapsed(old.streamOpenedAt).compareTo(GOOD_STREAM) > 0) {
            backoff.reset();
        }
        boolean streaming = old.streams > 0;
        LOG.log(Level.INFO, () -> "registering again resource=" + resource + " reason=\"" + why + "\"");
        end();
        // Without a stream to end there is nothing to wait for, unless this goes round in circles.
        Duration pause = streaming ? PAUSE_AFTER_STREAM : backoff.next();
        retryAt = System.nanoTime() + pause.toNanos();
    }

    private void retryLater(String trouble) {
        Duration pause = backoff.next();
        retryAt = System.nanoTime() + pause.toNanos();
        if (!lastTrouble.equals(Optional.of(trouble))) {
            lastTrouble = Optional.of(trouble);
            LOG.log(Level.WARNING, () -> "not registered, trying again until it works resource=" + resource + " reason=\"" + trouble + "\"");
        }
    }

    private boolean isCurrent(Run of) {
        return run.filter(current -> current == of).isPresent();
    }

    private void end() {
        Run old = run.orElseThrow();
        run = Optional.empty();
        old.withdraw.run();
        old.server.close();
    }

    private static Duration elapsed(long since) {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    @Override
    public void close() {
        if (run.isPresent()) {
            end();
        }
    }
}
