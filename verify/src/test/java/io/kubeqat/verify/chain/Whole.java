package io.kubeqat.verify.chain;

import io.kubeqat.verify.snapshot.Answer;
import io.kubeqat.verify.snapshot.ContainerState;
import io.kubeqat.verify.snapshot.ContainerState.Phase;
import io.kubeqat.verify.snapshot.NodeState;
import io.kubeqat.verify.snapshot.PodState;
import io.kubeqat.verify.snapshot.Sample;
import io.kubeqat.verify.snapshot.Snapshot;
import io.kubeqat.verify.snapshot.TlsHost;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// A cluster of one node in which every link holds, and ways to spoil it. What its pods tell was recorded on the testbed, but for the card at work.
final class Whole {
    static final String CARD = "0000:6b:00.0";
    static final String NAME = "qat.intel.com/cy";
    static final String AGENT = "qat-device-plugin-1";
    static final String INGRESS = "haproxy-ingress-1";

    private static final String AGENT_METRICS = """
            # TYPE kube_qat_vfs gauge
            kube_qat_vfs{pf="0000:6b:00.0",resource="qat.intel.com/cy",health="healthy",reason=""} 16
            kube_qat_devices_not_offered 0
            kube_qat_pf_healthy{pf="0000:6b:00.0"} 1
            kube_qat_pf_source_available{pf="0000:6b:00.0",source="heartbeat"} 1
            kube_qat_pf_source_available{pf="0000:6b:00.0",source="errors"} 1
            kube_qat_registered{resource="qat.intel.com/cy"} 1
            kube_qat_allocations_total{resource="qat.intel.com/cy"} 1
            kube_qat_fw_requests_total{pf="0000:6b:00.0",engine="0"} 4711
            kube_qat_fw_responses_total{pf="0000:6b:00.0",engine="0"} 4711
            """;
    private static final String INGRESS_METRICS = """
            haproxyingress_cert_expire_date_epoch{cn="echo.example",domain="echo.example"} 1.8e+09
            haproxyingress_update_success 1
            kube_qat_acceleration{acceleration="hw"} 1
            kube_qat_acceleration{acceleration="none"} 0
            kube_qat_acceleration{acceleration="sw"} 0
            kube_qat_acceleration_known 1
            """;
    private static final String NODE_SETUP_LOG = """
            2026-11-24T09:24:16.328Z INFO node-setup starts version=0.1.0-SNAPSHOT sysfs=/sys node=n1 timeout-seconds=10
            2026-11-24T09:24:16.336Z INFO profile name=default nodes=all cards=all services=asym;sym vfs=all driver=vfio-pci
            2026-11-24T09:24:16.478Z INFO found card bdf=0000:6b:00.0 model=4xxx profile=default
            2026-11-24T09:24:16.950Z INFO card is ready bdf=0000:6b:00.0 services=asym;sym vfs=16 on-vfio-pci=16 steps=33
            2026-11-24T09:24:16.952Z INFO finished ready=1 left-alone=0 failed=0
            """;

    private final List<PodState> others = new ArrayList<>();
    private final List<TlsHost> hosts = new ArrayList<>(List.of(new TlsHost("kube-qat/echo-server", "echo.example", Optional.of("echo-server-tls"))));
    private boolean agentInstalled = true;
    private boolean nodeReady = true;
    private long allocatable = 16;
    private Optional<List<NodeState>> nodes = Optional.empty();
    private Answer<Optional<Map<String, String>>> configMap =
            Answer.given(Optional.of(Map.of("ssl-engine", "qat", "ssl-mode-async", "true", "config-global", "insecure-fork-wanted")));
    private final List<APod> pods = new ArrayList<>(List.of(
            new APod(PodState.Kind.AGENT, AGENT, Map.of(), List.of(done("node-setup")), List.of(running("device-plugin"))).metrics(AGENT_METRICS).log(NODE_SETUP_LOG),
            new APod(PodState.Kind.INGRESS, INGRESS, Map.of(NAME, 3L), List.of(), List.of(running("haproxy-ingress"))).metrics(INGRESS_METRICS)
                    .log("QAT preflight: acceleration=hw wanted=preferred engine=loaded signature=verified pauses=1\n")));

    static NodeState node(Map<String, Long> devices) {
        return new NodeState("n1", true, new TreeMap<>(devices), new TreeMap<>(devices));
    }

    static PodState waiting(String name, Map<String, Long> devices, String why) {
        return new PodState(PodState.Kind.OTHER, "default", name, Optional.empty(), "Pending", "", false, Optional.of("0/1 nodes are available: " + why + "."),
                new TreeMap<>(devices), List.of(), List.of(), Answer.missing("not asked"), Answer.missing("not asked"));
    }

    Whole agentInstalled(boolean installed) {
        agentInstalled = installed;
        return this;
    }

    Whole nodeReady(boolean ready) {
        nodeReady = ready;
        return this;
    }

    Whole allocatable(long count) {
        allocatable = count;
        return this;
    }

    Whole nodes(List<NodeState> instead) {
        nodes = Optional.of(instead);
        return this;
    }

    Whole host(TlsHost host) {
        hosts.add(host);
        return this;
    }

    Whole configMap(Optional<Map<String, String>> data) {
        configMap = Answer.given(data);
        return this;
    }

    Whole without(String pod) {
        pods.removeIf(each -> each.name.equals(pod));
        return this;
    }

    Whole pod(PodState pod) {
        others.add(pod);
        return this;
    }

    Whole change(String pod, UnaryOperator<APod> change) {
        pods.stream().filter(each -> each.name.equals(pod)).findFirst().map(change).orElseThrow();
        return this;
    }

    Snapshot snapshot() {
        List<PodState> all = new ArrayList<>(pods.stream().map(APod::state).toList());
        all.addAll(others);
        return new Snapshot(
                Instant.parse("2026-11-24T10:00:00Z"),
                "kube-qat",
                Answer.given(agentInstalled),
                nodes.orElseGet(() -> List.of(new NodeState("n1", nodeReady, new TreeMap<>(Map.of(NAME, 16L)), new TreeMap<>(Map.of(NAME, allocatable))))),
                all,
                configMap,
                Answer.given(hosts));
    }

    private static ContainerState running(String name) {
        return new ContainerState(name, true, 0, new Phase.Running(), Optional.empty());
    }

    private static ContainerState done(String name) {
        return new ContainerState(name, true, 0, new Phase.Ended(0, "Completed", ""), Optional.empty());
    }

    /// A pod that can be spoilt.
    static final class APod {
        private final PodState.Kind kind;
        private final String name;
        private final Map<String, Long> devices;
        private List<ContainerState> initContainers;
        private List<ContainerState> containers;
        private String phase = "Running";
        private String reason = "";
        private boolean ready = true;
        private String page = "";
        private Optional<Answer<List<Sample>>> instead = Optional.empty();
        private String log = "";

        private APod(PodState.Kind kind, String name, Map<String, Long> devices, List<ContainerState> initContainers, List<ContainerState> containers) {
            this.kind = kind;
            this.name = name;
            this.devices = devices;
            this.initContainers = initContainers;
            this.containers = containers;
        }

        APod metrics(String page) {
            this.page = page;
            return this;
        }

        APod metrics(Answer<List<Sample>> answer) {
            instead = Optional.of(answer);
            return this;
        }

        APod replaceInMetrics(String text, String by) {
            if (!page.contains(text)) {
                throw new IllegalArgumentException("there is no " + text + " in the metrics of " + name);
            }
            page = page.replace(text, by);
            return this;
        }

        APod verdict(String word) {
            return replaceInMetrics("{acceleration=\"hw\"} 1", "{acceleration=\"hw\"} 0\nkube_qat_acceleration{acceleration=\"" + word + "\"} 1");
        }

        APod log(String text) {
            log = text;
            return this;
        }

        APod notReady(String phase, String reason) {
            this.phase = phase;
            this.reason = reason;
            ready = false;
            return this;
        }

        APod waiting(String container, String reason, String message) {
            ready = false;
            containers = List.of(new ContainerState(container, false, 0, new Phase.Waiting(reason, message), Optional.empty()));
            return this;
        }

        APod ended(String container, int code, String message) {
            ready = false;
            containers = List.of(new ContainerState(container, false, 4, new Phase.Waiting("CrashLoopBackOff", "back-off"), Optional.of(new Phase.Ended(code, "Error", message))));
            return this;
        }

        APod setupEnded(int code) {
            return setup(new Phase.Ended(code, "Error", ""));
        }

        APod setupRuns() {
            return setup(new Phase.Running());
        }

        private APod setup(Phase phase) {
            ready = false;
            initContainers = List.of(new ContainerState("node-setup", false, 2, phase, Optional.empty()));
            containers = List.of(new ContainerState("device-plugin", false, 0, new Phase.Waiting("PodInitializing", ""), Optional.empty()));
            return this;
        }

        private PodState state() {
            return new PodState(kind, "kube-qat", name, Optional.of("n1"), phase, reason, ready, Optional.empty(), new TreeMap<>(devices), initContainers, containers,
                    instead.orElseGet(() -> Answer.given(Sample.parse(page))), Answer.given(log));
        }
    }
}
