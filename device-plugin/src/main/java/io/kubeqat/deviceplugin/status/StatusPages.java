package io.kubeqat.deviceplugin.status;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatDebugfs;
import io.kubeqat.qat.RingPairTelemetry;
import io.kubeqat.qat.Telemetry;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.sysfs.UnexpectedValueException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// The pages by their paths.
public final class StatusPages {
    private static final Logger LOG = System.getLogger(StatusPages.class.getName());
    private static final List<Character> RING_PAIR_FILES = List.of('A', 'B', 'C', 'D');

    private final Agent agent;
    private final QatDebugfs debugfs;

    /// Answers for the agent, from any thread.
    public interface Agent {
        /// {@return what it does now; absent where it does not answer within some seconds: it hangs}
        Optional<AgentStatus> status();
    }

    /// @param code of HTTP
    record Page(int code, String contentType, String body) {
        static Page text(int code, String body) {
            return new Page(code, "text/plain; charset=utf-8", body);
        }
    }

    /// Asks nobody yet.
    ///
    /// @param agent whose status it is
    /// @param debugfs where the cards' counters are
    public StatusPages(Agent agent, QatDebugfs debugfs) {
        this.agent = requireNonNull(agent, "agent is null");
        this.debugfs = requireNonNull(debugfs, "debugfs is null");
    }

    Page page(String path) {
        return switch (path) {
            case "/healthz" -> answer(_ -> Page.text(200, "ok\n"));
            case "/readyz" -> answer(StatusPages::ready);
            case "/metrics" -> answer(status -> new Page(200, MetricsText.CONTENT_TYPE, AgentMetrics.of(status, figures(status))));
            default -> Page.text(404, "there is no such page; there are /healthz, /metrics and /readyz\n");
        };
    }

    private Page answer(Function<AgentStatus, Page> page) {
        return agent.status().map(page).orElseGet(() -> Page.text(503, "the agent's loop does not answer\n"));
    }

    private static Page ready(AgentStatus status) {
        return status.unregistered().isEmpty()
                ? Page.text(200, "ok\n")
                : Page.text(503, "not registered with the kubelet: "
                        + status.unregistered().stream().map(Object::toString).collect(Collectors.joining(", ")) + "\n");
    }

    private SortedMap<PciAddress, CardFigures> figures(AgentStatus status) {
        SortedMap<PciAddress, CardFigures> figures = new TreeMap<>();
        status.cards().forEach(pf -> figures.put(pf.address(), figures(pf)));
        return figures;
    }

    private CardFigures figures(PhysicalFunction pf) {
        Optional<Telemetry> telemetry = read(pf, () -> debugfs.telemetry(pf));
        // Without telemetry of the card there is none of its ring pairs either, and each file would be a question in vain.
        List<RingPairTelemetry> ringPairs = telemetry.isEmpty()
                ? List.of()
                : RING_PAIR_FILES.stream().flatMap(file -> read(pf, () -> debugfs.ringPairTelemetry(pf, file)).stream()).toList();
        return new CardFigures(read(pf, () -> debugfs.firmwareCounters(pf)), telemetry, ringPairs);
    }

    private static <T> Optional<T> read(PhysicalFunction pf, Supplier<Optional<T>> source) {
        try {
            return source.get();
        } catch (SysfsException | UnexpectedValueException e) {
            LOG.log(Level.DEBUG, () -> "no figures pf=" + pf.address() + " reason=\"" + e.getMessage() + "\"");
            return Optional.empty();
        }
    }
}
