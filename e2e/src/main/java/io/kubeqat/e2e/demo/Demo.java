package io.kubeqat.e2e.demo;

import io.kubeqat.testbed.Cluster;
import io.kubeqat.testbed.CommandResult;
import io.kubeqat.testbed.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Applies `examples/tls-termination` to a cluster with simulated cards, as its README says, and looks at each step of the way.
final class Demo {
    /// What the example asks for, so that a reload finds a VF while an old worker still holds one.
    private static final int VFS_ASKED = 3;

    private static final String HOST = "echo.example";
    private static final String NAMESPACE = "kube-qat";
    private static final List<String> IMAGES = List.of("device-plugin", "examples/echo-server", "ingress-image", "node-setup");

    private final Cluster cluster;
    private final Path project;
    private final Progress progress;

    /// @param project the checkout, with its images built
    Demo(Cluster cluster, Path project, Progress progress) {
        this.cluster = cluster;
        this.project = project;
        this.progress = progress;
    }

    /// What a user of the example does.
    void deploy() {
        for (String module : IMAGES) {
            cluster.load(project.resolve(module).resolve("target/jib-image.tar"));
        }
        progress.step("images of " + String.join(", ", IMAGES) + " on the node");
        kubectl("apply", "--kustomize", project.resolve("examples/tls-termination").toString());
        node("mkdir -p /root/demo && cd /root/demo && openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=" + HOST
                + " -addext subjectAltName=DNS:" + HOST + " -keyout tls.key -out tls.crt"
                + " && kubectl -n " + NAMESPACE + " create secret tls echo-server-tls --key tls.key --cert tls.crt");
        progress.step("examples/tls-termination applied");
        for (String workload : List.of("daemonset/qat-device-plugin", "deployment/echo-server", "deployment/haproxy-ingress")) {
            kubectl("-n", NAMESPACE, "rollout", "status", "--timeout=120s", workload);
            progress.step(workload + " ready");
        }
    }

    /// Looks, in the order of the way from the card to the answer. Never throws: a look that fails is evidence that does not hold.
    List<Evidence> evidence() {
        List<Evidence> all = new ArrayList<>();
        look(all, "node-setup made the card's VFs and bound them to vfio-pci", this::virtualFunctions);
        look(all, "the device plugin offers them: allocatable qat.intel.com/cy", this::allocatable);
        look(all, "the ingress pod has " + VFS_ASKED + " VFs, and may open the nodes of their groups", this::deviceNodes);
        look(all, "QAT_POLICY is 1: the pod's own value wins over the plugin's", () -> equal("1", pod("echo $QAT_POLICY")));
        look(all, "HAProxy runs with the ConfigMap's ssl-engine qat, ssl-mode-async", this::configuration);
        look(all, "HAProxy's worker has the QAT engine loaded", this::engine);
        look(all, "TLS 1.3 with X25519MLKEM768, and the application's answer", () -> answer("X25519MLKEM768", "X25519MLKEM768"));
        look(all, "TLS 1.3 with P-256, and the application's answer", () -> answer("P-256", "prime256v1"));
        look(all, "the acceleration that this CPU allows without a card is in use", this::acceleration);
        look(all, "nothing was restarted on the way", this::restarts);
        return all;
    }

    /// What a machine without a card leaves unproved.
    static List<String> notProved() {
        return List.of(
                "that a QAT card computes anything: the cards are simulated, and /dev/vfio nodes that answer no ioctl stand for their VFs",
                "IOMMU groups, SR-IOV and VFIO of a real kernel",
                "Kata Containers: the pods here run with runc");
    }

    private Seen virtualFunctions() {
        String bound = node("for pf in /sys/bus/pci/devices/*/sriov_totalvfs; do pf=${pf%/*}; "
                + "echo \"${pf##*/} $(cat $pf/sriov_totalvfs) $(ls -d $pf/virtfn*/driver/ 2>/dev/null | wc -l) "
                + "$(for vf in $pf/virtfn*; do basename $(readlink $vf/driver); done | sort -u)\"; done");
        List<String> lines = bound.strip().lines().toList();
        boolean holds = !lines.isEmpty() && lines.stream().map(line -> line.split(" "))
                .allMatch(pf -> pf.length == 4 && Integer.parseInt(pf[1]) > 0 && pf[1].equals(pf[2]) && pf[3].equals("vfio-pci"));
        return new Seen(holds, String.join("; ", lines.stream().map(line -> line.split(" ", 4))
                .map(pf -> "%s: %s of %s on %s".formatted(pf[0], pf[2], pf[1], pf[3])).toList()));
    }

    private Seen allocatable() {
        String total = node("cat /sys/bus/pci/devices/*/sriov_totalvfs | paste -sd+ | sed 's/^/echo $((/;s/$/))/' | sh").strip();
        return equal(total, kubectl("get", "nodes", "-o", "jsonpath={.items[*].status.allocatable['qat\\.intel\\.com/cy']}"));
    }

    private Seen deviceNodes() {
        List<String> vfs = IntStream.range(0, VFS_ASKED).mapToObj(n -> pod("echo $QAT" + n)).toList();
        List<String> expected = vfs.stream().map(vf -> "/dev/vfio/" + node("basename $(readlink /sys/bus/pci/devices/" + vf + "/iommu_group)").strip()).sorted().toList();
        List<String> seen = Arrays.stream(pod("echo /dev/vfio/*").split(" ")).filter(node -> !node.equals("/dev/vfio/vfio")).sorted().toList();
        String closed = pod("for node in /dev/vfio/*; do : 2> /dev/null <> $node || echo $node; done");
        return new Seen(vfs.stream().noneMatch(String::isEmpty) && seen.equals(expected) && pod("[ -c /dev/vfio/vfio ] && echo there").equals("there") && closed.isEmpty(),
                String.join(" ", vfs) + " as " + String.join(" ", seen) + (closed.isEmpty() ? ", and /dev/vfio/vfio" : "; cannot open " + closed.replace('\n', ' ')));
    }

    private Seen configuration() {
        List<String> lines = pod("cat /etc/haproxy/haproxy.cfg").lines().map(String::strip).filter(line -> line.startsWith("ssl-engine") || line.startsWith("ssl-mode")).toList();
        return new Seen(lines.equals(List.of("ssl-engine qat", "ssl-mode-async")), String.join(", ", lines));
    }

    private Seen engine() {
        String worker = worker();
        String maps = node("grep -o '/.*/engines-3/.*' /proc/" + worker + "/maps | sort -u").strip();
        return new Seen(maps.endsWith("/qat.so"), maps + " in process " + worker);
    }

    private Seen answer(String group, String negotiated) {
        String address = kubectl("-n", NAMESPACE, "get", "service", "haproxy-ingress", "-o", "jsonpath={.spec.clusterIP}") + ":443";
        String path = "/hello?with=" + group;
        TlsAnswer answer = TlsAnswer.parse(cluster.exec("sh", "-c", "printf '%s' \"$0\" | \"$@\" 2>&1",
                TlsAnswer.request(HOST, path), "openssl", "s_client", "-brief", "-ign_eof", "-connect", address, "-servername", HOST,
                "-groups", group, "-CAfile", "/root/demo/tls.crt", "-verify_hostname", HOST).output());
        boolean holds = answer.protocol().equals("TLSv1.3") && answer.group().contains(negotiated) && answer.verification().equals("OK")
                && answer.certificate().equals("CN=" + HOST) && answer.status().equals("HTTP/1.1 200 OK")
                && answer.body().startsWith("GET " + path + " HTTP/1.1") && answer.body().contains("X-forwarded-proto: https");
        return new Seen(holds, "%s, %s, %s, certificate %s (%s), %s, %s".formatted(answer.protocol(), answer.group(), answer.cipher(),
                answer.certificate(), answer.verification(), answer.status(), answer.body().lines().findFirst().orElse("no body")));
    }

    /// Software QAT starts a thread for each of HAProxy's own threads, at the first handshake that is handed to it; plain OpenSSL starts none.
    private Seen acceleration() {
        Acceleration allowed = Acceleration.ofCpu(node("cat /proc/cpuinfo"));
        int threads = Integer.parseInt(node("ls /proc/" + worker() + "/task | wc -l").strip());
        int own = Integer.parseInt(node("nproc").strip());
        String verdict = kubectl("-n", NAMESPACE, "logs", "deployment/haproxy-ingress").lines()
                .filter(line -> line.contains("QAT engine: acceleration=")).reduce((_, last) -> last).orElse("the engine said nothing").strip();
        boolean inUse = threads > own && verdict.contains("acceleration=sw");
        String seen = "the worker has %d threads, %d of them HAProxy's own; %s".formatted(threads, own, verdict);
        return allowed.softwareQat()
                ? new Seen(inUse, (inUse ? "QAT_SW: " : "none, though the CPU allows QAT_SW: ") + seen)
                : new Seen(threads == own && verdict.contains("acceleration=none"),
                        "none, plain OpenSSL: the CPU lacks " + String.join(", ", allowed.missing()) + "; " + seen);
    }

    private Seen restarts() {
        String restarted = kubectl("-n", NAMESPACE, "get", "pods", "-o",
                "jsonpath={range .items[*]}{.metadata.name}={.status.containerStatuses[*].restartCount} {end}");
        List<String> pods = Arrays.stream(restarted.strip().split(" ")).filter(pod -> !pod.endsWith("=0")).toList();
        List<String> all = new ArrayList<>(pods);
        all.addAll(cluster.crashed());
        return new Seen(all.isEmpty(), all.isEmpty() ? "0 restarts of pods, 0 of the node's programs" : String.join(", ", all));
    }

    /// The HAProxy process that serves, in the node's numbering: the one whose parent is HAProxy, too.
    private String worker() {
        String worker = node("for p in $(pgrep -x haproxy); do "
                + "[ \"$(cat /proc/$(awk '{print $4}' /proc/$p/stat)/comm)\" != haproxy ] || echo $p; done | tail -n 1").strip();
        if (worker.isEmpty()) {
            throw new IllegalStateException("no process of HAProxy has HAProxy as its parent");
        }
        return worker;
    }

    private String pod(String script) {
        return kubectl("-n", NAMESPACE, "exec", "deployment/haproxy-ingress", "--", "sh", "-c", script);
    }

    private String node(String script) {
        return cluster.exec("bash", "-c", script).outputOrThrow();
    }

    private String kubectl(String... arguments) {
        return cluster.kubectl(arguments).outputOrThrow().strip();
    }

    private static Seen equal(String expected, String seen) {
        return new Seen(seen.strip().equals(expected), seen.isBlank() ? "nothing, expected " + expected : seen.strip());
    }

    private static void look(List<Evidence> all, String claim, Supplier<Seen> looking) {
        try {
            Seen seen = looking.get();
            all.add(new Evidence(claim, seen.holds(), seen.what()));
        } catch (RuntimeException e) {
            all.add(Evidence.missing(claim, e));
        }
    }

    /// The logs that say most when something does not hold, as one text.
    String excerpts() {
        StringBuilder text = new StringBuilder();
        for (String[] log : new String[][] {
            {"daemonset/qat-device-plugin", "node-setup"}, {"daemonset/qat-device-plugin", "device-plugin"}, {"deployment/haproxy-ingress", "haproxy-ingress"}
        }) {
            CommandResult result = cluster.kubectl("-n", NAMESPACE, "logs", "--tail=20", log[0], "-c", log[1]);
            text.append("--- last lines of ").append(log[1]).append('\n')
                    .append(Optional.of(result.output()).filter(output -> !output.isBlank()).orElse(result.error())).append('\n');
        }
        return text.append("--- pods\n").append(cluster.kubectl("-n", NAMESPACE, "get", "pods", "-o", "wide").output()).toString();
    }

    /// @param what the observation
    private record Seen(boolean holds, String what) {}
}
