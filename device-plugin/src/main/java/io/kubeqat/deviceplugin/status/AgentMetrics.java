package io.kubeqat.deviceplugin.status;

import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Health;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.deviceplugin.kubelet.ResourceFigures;
import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.FirmwareCounters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/// The agent's state as metrics.
final class AgentMetrics {
    private static final String PREFIX = "kube_qat_";

    private AgentMetrics() {}

    /// @param figures what the cards say of their work, by PF
    static String of(AgentStatus status, SortedMap<PciAddress, CardFigures> figures) {
        MetricsText text = new MetricsText();
        vfs(text, status);
        text.gauge(PREFIX + "devices_not_offered", "Devices that look like QAT but were never readable, so that no name is known for them")
                .sample(labels(), status.inventory().unnamed().size());
        cards(text, status);
        resources(text, status);
        work(text, figures);
        telemetry(text, figures);
        return text.toString();
    }

    private static void vfs(MetricsText text, AgentStatus status) {
        text.gauge(PREFIX + "vfs", "Virtual functions by card, resource name and health; reason says why they are unhealthy");
        status.inventory().resources().forEach((resource, devices) -> {
            // Sorted, and the healthy ones also where there are none: a series that comes and goes breaks alerts.
            SortedMap<String, SequencedMap<String, String>> series = new TreeMap<>();
            Map<String, Long> counts = new LinkedHashMap<>();
            for (Device device : devices) {
                count(series, counts, vf(resource, device, Health.HEALTHY), device.isHealthy() ? 1 : 0);
                if (!device.isHealthy()) {
                    count(series, counts, vf(resource, device, device.health()), 1);
                }
            }
            series.forEach((key, labels) -> text.sample(labels, counts.get(key)));
        });
    }

    private static void count(
            SortedMap<String, SequencedMap<String, String>> series, Map<String, Long> counts, SequencedMap<String, String> labels, long more) {
        String key = labels.toString();
        series.putIfAbsent(key, labels);
        counts.merge(key, more, Long::sum);
    }

    private static SequencedMap<String, String> vf(ResourceName resource, Device device, Health health) {
        return labels(
                "pf", device.pf().map(PciAddress::toString).orElse(""),
                "resource", resource.toString(),
                "health", health.reason().isEmpty() ? "healthy" : "unhealthy",
                "reason", health.reason().orElse(""));
    }

    private static void cards(MetricsText text, AgentStatus status) {
        text.gauge(PREFIX + "pf_healthy", "1 where neither heartbeat nor hardware errors speak against a card that is up");
        status.health().forEach((pf, card) -> text.sample(labels("pf", pf.toString()), card.obstacle().isEmpty() ? 1 : 0));
        text.gauge(PREFIX + "pf_source_available", "1 where the kernel shows a source of a card's health, and lets the plugin read it");
        status.health().forEach((pf, card) -> text
                .sample(labels("pf", pf.toString(), "source", "heartbeat"), card.hasHeartbeat() ? 1 : 0)
                .sample(labels("pf", pf.toString(), "source", "errors"), card.hasErrorCounters() ? 1 : 0));
    }

    private static void resources(MetricsText text, AgentStatus status) {
        text.gauge(PREFIX + "registered", "1 where the kubelet has accepted a resource name and watches its list");
        each(text, status, figures -> figures.registered() ? 1 : 0);
        text.counter(PREFIX + "registrations_total", "Registrations that the kubelet has accepted");
        each(text, status, ResourceFigures::registrations);
        text.counter(PREFIX + "registrations_failed_total", "Registrations that have failed, most often because the kubelet was away");
        each(text, status, ResourceFigures::failedRegistrations);
        text.counter(PREFIX + "allocations_total", "Containers that were given devices");
        each(text, status, ResourceFigures::allocations);
        text.counter(PREFIX + "allocations_refused_total", "Allocations refused because a device was unknown or unhealthy; each is a failed pod");
        each(text, status, ResourceFigures::refusedAllocations);
    }

    private static void each(MetricsText text, AgentStatus status, ToLongFunction<ResourceFigures> value) {
        status.resources().forEach((resource, figures) -> text.sample(labels("resource", resource.toString()), value.applyAsLong(figures)));
    }

    private static void work(MetricsText text, SortedMap<PciAddress, CardFigures> work) {
        text.counter(PREFIX + "fw_requests_total", "Requests to a card's engines since the card came up, of all its VFs together");
        each(text, work, FirmwareCounters.Engine::requests);
        text.counter(PREFIX + "fw_responses_total", "Their answers; equal to the requests when the card is at rest");
        each(text, work, FirmwareCounters.Engine::responses);
    }

    private static void each(MetricsText text, SortedMap<PciAddress, CardFigures> cards, ToLongFunction<FirmwareCounters.Engine> value) {
        cards.forEach((pf, figures) -> figures.work().ifPresent(counters -> counters.engines()
                .forEach(engine -> text.sample(labels("pf", pf.toString(), "engine", Integer.toString(engine.number())), value.applyAsLong(engine)))));
    }

    /// By the kernel's names, of which each generation has others: `util_*` in percent, latencies in nanoseconds, bandwidths in Mbit/s.
    private static void telemetry(MetricsText text, SortedMap<PciAddress, CardFigures> cards) {
        text.gauge(PREFIX + "telemetry", "What a card measures of itself while its telemetry is switched on, by the kernel's name of the counter");
        cards.forEach((pf, figures) -> figures.telemetry().ifPresent(telemetry ->
                telemetry.values().forEach((counter, value) -> text.sample(labels("pf", pf.toString(), "counter", counter), value))));
        text.gauge(PREFIX + "ring_pair_telemetry", "The same of the ring pairs that were chosen in debugfs; VF k has 4(k-1) to 4(k-1)+3");
        cards.forEach((pf, figures) -> figures.ringPairs().forEach(pair -> pair.values().forEach((counter, value) -> text.sample(
                labels("pf", pf.toString(), "ring_pair", Integer.toString(pair.ringPair()), "service", pair.service(), "counter", counter), value))));
    }

    private static SequencedMap<String, String> labels(String... namesAndValues) {
        SequencedMap<String, String> labels = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            labels.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return labels;
    }
}
