package io.kubeqat.e2e.demo;

import static io.kubeqat.e2e.example.Example.DEFAULT_HOST;
import static io.kubeqat.e2e.example.Example.HOST;
import static io.kubeqat.e2e.example.Example.NAMESPACE;

import io.kubeqat.e2e.example.Example;
import io.kubeqat.e2e.traffic.Outcome;
import io.kubeqat.e2e.traffic.Traffic;
import io.kubeqat.testbed.Progress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.yaml.snakeyaml.Yaml;

/// Looks at each step of the way through `examples/tls-termination`, on a cluster with simulated cards.
final class Demo {
    /// What the example asks for, so that a reload finds a VF while an old worker still holds one.
    private static final int VFS_ASKED = 3;
    private static final int RELOADS = 4;

    private final Example example;
    private final int handshakes;
    private final Progress progress;

    /// @param handshakes how many to make in all
    Demo(Example example, int handshakes, Progress progress) {
        this.example = example;
        this.handshakes = handshakes;
        this.progress = progress;
    }

    /// Looks, in the order of the way from the card to the answer. Never throws: a look that fails is evidence that does not hold.
    List<Evidence> evidence() {
        List<Evidence> all = new ArrayList<>();
        look(all, "node-setup made the cards' VFs and bound them to vfio-pci", this::virtualFunctions);
        look(all, "the device plugin offers them: allocatable qat.intel.com/cy", this::allocatable);
        look(all, "the ingress pod has " + VFS_ASKED + " VFs, and may open the nodes of their groups", this::deviceNodes);
        look(all, "its variables: QAT0.. name VFs, QAT_POLICY is the pod's own", this::variables);
        look(all, "the preflight's verdict is what this CPU allows without a card", this::verdict);
        look(all, "HAProxy runs with the ConfigMap's ssl-engine qat, ssl-mode-async", this::configuration);
        look(all, "HAProxy's worker has the QAT engine loaded", this::engine);
        look(all, "certificate by name (SNI): its own, else the default one", this::certificates);
        look(all, "TLS 1.3 with X25519MLKEM768, and the application's answer", () -> answer("X25519MLKEM768", "X25519MLKEM768"));
        look(all, "TLS 1.3 with P-256, and the application's answer", () -> answer("P-256", "prime256v1"));
        look(all, "full handshakes, certificate and answer of each checked: " + handshakes, this::manyHandshakes);
        look(all, "the acceleration in use is the preflight's", this::acceleration);
        look(all, "reloads while clients connect: none fails", this::reloads);
        look(all, "the server's CPU time per handshake, with the engine and without", this::comparison);
        look(all, "nothing was restarted on the way", this::restarts);
        return all;
    }

    /// What a machine without a card leaves unproved.
    List<String> notProved() {
        List<String> gaps = new ArrayList<>(List.of(
                "that a QAT card computes anything: the cards are simulated, and /dev/vfio nodes that answer no ioctl stand for their VFs",
                "IOMMU groups, SR-IOV and VFIO of a real kernel: \"make bench-kernel\" shows them, with a network controller for the card",
                "Kata Containers: the pods here run with runc; \"make bench-kernel\" hands a VF into a virtual machine"));
        if (!allowed().softwareQat()) {
            gaps.add("any gain: without a card, and without AVX-512 IFMA in the CPU, OpenSSL computes everything");
        }
        return gaps;
    }

    private Seen virtualFunctions() {
        String bound = example.node("for pf in /sys/bus/pci/devices/*/sriov_totalvfs; do pf=${pf%/*}; "
                + "echo \"${pf##*/} $(cat $pf/sriov_totalvfs) $(ls -d $pf/virtfn*/driver/ 2>/dev/null | wc -l) "
                + "$(for vf in $pf/virtfn*; do basename $(readlink $vf/driver); done | sort -u)\"; done");
        List<String> lines = bound.lines().toList();
        boolean holds = !lines.isEmpty() && lines.stream().map(line -> line.split(" "))
                .allMatch(pf -> pf.length == 4 && Integer.parseInt(pf[1]) > 0 && pf[1].equals(pf[2]) && pf[3].equals("vfio-pci"));
        return new Seen(holds, String.join("; ", lines.stream().map(line -> line.split(" ", 4))
                .map(pf -> "%s: %s of %s on %s".formatted(pf[0], pf[2], pf[1], pf[3])).toList()));
    }

    private Seen allocatable() {
        return equal(example.node("cat /sys/bus/pci/devices/*/sriov_totalvfs | paste -sd+ | sed 's/^/echo $((/;s/$/))/' | sh"), example.allocatable());
    }

    private Seen deviceNodes() {
        List<String> expected = virtualFunctionsOfPod().stream()
                .map(vf -> "/dev/vfio/" + example.node("basename $(readlink /sys/bus/pci/devices/" + vf + "/iommu_group)")).sorted().toList();
        List<String> seen = Arrays.stream(example.pod("echo /dev/vfio/*").split(" ")).filter(node -> !node.equals("/dev/vfio/vfio")).sorted().toList();
        String closed = example.pod("for node in /dev/vfio/*; do : 2> /dev/null <> $node || echo $node; done");
        return new Seen(seen.equals(expected) && example.pod("[ -c /dev/vfio/vfio ] && echo there").equals("there") && closed.isEmpty(),
                String.join(" ", seen) + (closed.isEmpty() ? ", and /dev/vfio/vfio" : "; cannot open " + closed.replace('\n', ' ')));
    }

    private Seen variables() {
        List<String> vfs = virtualFunctionsOfPod();
        String policy = example.pod("echo $QAT_POLICY");
        String drivers = example.node("for vf in " + String.join(" ", vfs) + "; do basename $(readlink /sys/bus/pci/devices/$vf/driver); done | sort -u");
        return new Seen(vfs.stream().distinct().count() == VFS_ASKED && policy.equals("1") && drivers.equals("vfio-pci"),
                IntStream.range(0, VFS_ASKED).mapToObj(n -> "QAT" + n + "=" + vfs.get(n) + " ").reduce("", String::concat) + "QAT_POLICY=" + policy);
    }

    private List<String> virtualFunctionsOfPod() {
        return IntStream.range(0, VFS_ASKED).mapToObj(n -> example.pod("echo $QAT" + n)).toList();
    }

    private Seen verdict() {
        Map<String, Object> said = new Yaml().load(example.pod("cat /var/run/haproxy/acceleration.json"));
        Acceleration allowed = allowed();
        String acceleration = String.valueOf(said.get("acceleration"));
        return new Seen(acceleration.equals(allowed.softwareQat() ? "sw" : "none"),
                "acceleration=" + acceleration + "; hardware " + reason(said.get("hardware")) + "; software " + reason(said.get("software")));
    }

    /// `failed: the limit of locked memory is ...`
    private static String reason(Object path) {
        Map<?, ?> state = (Map<?, ?>) path;
        return state.get("state") + ": " + ((List<?>) state.get("reasons")).stream().findFirst().map(String::valueOf).orElse("no reason given");
    }

    private Seen configuration() {
        List<String> lines = example.pod("cat /etc/haproxy/haproxy.cfg").lines().map(String::strip).filter(line -> line.startsWith("ssl-engine") || line.startsWith("ssl-mode")).toList();
        return new Seen(lines.equals(List.of("ssl-engine qat", "ssl-mode-async")), String.join(", ", lines));
    }

    private Seen engine() {
        String worker = example.worker();
        String maps = example.node("grep -o '/.*/engines-3/.*' /proc/" + worker + "/maps | sort -u");
        return new Seen(maps.endsWith("/qat.so"), maps + " in process " + worker);
    }

    private Seen certificates() {
        List<String> seen = new ArrayList<>();
        boolean holds = true;
        for (String[] name : new String[][] {{HOST, HOST}, {DEFAULT_HOST, DEFAULT_HOST}, {"", DEFAULT_HOST}, {"unknown.example", DEFAULT_HOST}}) {
            String subject = example.host("openssl s_client -connect " + example.address() + ":443 " + (name[0].isEmpty() ? "-noservername" : "-servername " + name[0])
                    + " < /dev/null 2> /dev/null | openssl x509 -noout -subject -nameopt RFC2253").replace("subject=", "");
            holds &= subject.equals("CN=" + name[1]);
            seen.add((name[0].isEmpty() ? "no name" : name[0]) + ": " + subject);
        }
        return new Seen(holds, String.join("; ", seen));
    }

    private Seen answer(String group, String negotiated) {
        String path = "/hello?with=" + group;
        // By the node's OpenSSL, whose version is known.
        example.cluster().exec("sh", "-c", "printf '%s' \"$0\" > /tmp/authority.crt", read(HOST)).outputOrThrow();
        TlsAnswer answer = TlsAnswer.parse(example.cluster().exec("sh", "-c", "printf '%s' \"$0\" | \"$@\" 2>&1",
                TlsAnswer.request(HOST, path), "openssl", "s_client", "-brief", "-ign_eof", "-connect", example.address() + ":443", "-servername", HOST,
                "-groups", group, "-CAfile", "/tmp/authority.crt", "-verify_hostname", HOST).output());
        boolean holds = answer.protocol().equals("TLSv1.3") && answer.group().contains(negotiated) && answer.verification().equals("OK")
                && answer.certificate().equals("CN=" + HOST) && answer.status().equals("HTTP/1.1 200 OK")
                && answer.body().startsWith("GET " + path + " HTTP/1.1") && answer.body().contains("X-forwarded-proto: https");
        return new Seen(holds, "%s, %s, %s, certificate %s (%s), %s, %s".formatted(answer.protocol(), answer.group(), answer.cipher(),
                answer.certificate(), answer.verification(), answer.status(), answer.body().lines().findFirst().orElse("no body")));
    }

    private String read(String host) {
        return example.host("cat " + host + ".crt");
    }

    private Seen manyHandshakes() {
        Handshakes made = Handshakes.make(example, handshakes, progress);
        progress.step(made.go().handshakes() + made.java().handshakes() + " handshakes made");
        return new Seen(made.holds(), made.inWords());
    }

    /// What the worker itself says. It has no threads but HAProxy's own: software QAT needs none, and the hardware path would be another verdict.
    private Seen acceleration() {
        int threads = Integer.parseInt(example.node("ls /proc/" + example.worker() + "/task | wc -l"));
        int own = Integer.parseInt(example.node("nproc"));
        String verdict = example.kubectl("-n", NAMESPACE, "logs", "deployment/haproxy-ingress").lines()
                .filter(line -> line.contains("QAT engine: acceleration=")).reduce((_, last) -> last).orElse("the engine said nothing").strip();
        boolean holds = threads == own && verdict.contains("acceleration=" + (allowed().softwareQat() ? "sw" : "none") + " ");
        return new Seen(holds, verdict + "; the worker has " + threads + " threads, " + own + " of them HAProxy's own");
    }

    /// Engine off, engine on: the hardest kind, because an old worker leaves with the engine in it.
    private Seen reloads() {
        try (Traffic traffic = Traffic.start(example.cluster(), example.project(), example.load(HOST), _ -> {})) {
            traffic.await(50);
            for (int reload = 1; reload <= RELOADS; reload++) {
                example.reload(reload % 2 == 1 ? "{\"ssl-engine\": \"\", \"ssl-mode-async\": \"false\"}" : "{\"ssl-engine\": \"qat\", \"ssl-mode-async\": \"true\"}");
                traffic.await(50);
                progress.step("reload " + reload + " of " + RELOADS + " during traffic");
            }
            Outcome outcome = traffic.end();
            return new Seen(outcome.failed() == 0, RELOADS + " reloads, engine off and on in turn, during " + outcome.handshakes() + " handshakes, " + outcome.failuresInWords());
        }
    }

    private Seen comparison() {
        Comparison comparison = Comparison.measure(example, 3, 1_000, progress);
        Map<String, Object> said = new Yaml().load(example.pod("cat /var/run/haproxy/acceleration.json"));
        return new Seen(comparison.holds(), comparison.inWords(String.valueOf(said.get("acceleration"))));
    }

    private Seen restarts() {
        String restarted = example.kubectl("-n", NAMESPACE, "get", "pods", "-o",
                "jsonpath={range .items[*]}{.metadata.name}={.status.containerStatuses[*].restartCount} {end}");
        List<String> all = new ArrayList<>(Arrays.stream(restarted.split(" ")).filter(pod -> !pod.endsWith("=0")).toList());
        all.addAll(example.cluster().crashed());
        return new Seen(all.isEmpty(), all.isEmpty() ? "0 restarts of pods, 0 of the node's programs" : String.join(", ", all));
    }

    private Acceleration allowed() {
        return Acceleration.ofCpu(example.node("cat /proc/cpuinfo"));
    }

    private static Seen equal(String expected, String seen) {
        return new Seen(seen.equals(expected), seen.equals(expected) ? seen : "\"" + seen + "\" instead of " + expected);
    }

    private static void look(List<Evidence> all, String claim, Supplier<Seen> look) {
        try {
            Seen seen = look.get();
            all.add(new Evidence(claim, seen.holds(), seen.what()));
        } catch (RuntimeException e) {
            all.add(Evidence.missing(claim, e));
        }
    }

    /// @param what the observation
    private record Seen(boolean holds, String what) {}
}
