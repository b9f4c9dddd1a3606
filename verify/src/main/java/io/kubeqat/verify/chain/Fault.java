package io.kubeqat.verify.chain;

import java.util.Locale;

/// What can be wrong, with what to do about it. `faults.md` is the same list for people; a test compares the two.
public enum Fault {
    AGENT_NOT_INSTALLED("there is no DaemonSet qat-device-plugin in the namespace",
            "apply a kustomization that has it, such as examples/tls-termination; if it is in another namespace, name that with --namespace"),
    AGENT_NOT_ON_NODE("the DaemonSet has no pod on this node",
            "compare the DaemonSet's nodeSelector and tolerations with the node's labels and taints: kubectl describe daemonset qat-device-plugin"),
    NODE_NOT_READY("the node's kubelet does not report",
            "look at the kubelet on the node: systemctl status kubelet"),
    IMAGE_MISSING("the node cannot get an image",
            "put the image on the node (ctr -n k8s.io images import), or name a registry that has it in images: of the kustomization"),
    AGENT_NOT_READY("the device plugin does not run, or is not registered with the kubelet",
            "read its log: kubectl logs -c device-plugin; on a kubelet that has just started it registers by itself within seconds"),
    NODE_SETUP_MISCONFIGURED("node-setup refuses its configuration",
            "correct what the line names in the ConfigMap qat-node-setup and apply it again"),
    NODE_NOT_PREPARED("the node lacks what every card needs, so node-setup has changed nothing",
            "do what the line says on the node (IOMMU, vfio-pci, a writable /sys); node-setup tries again by itself"),
    NO_CARD("no node shows a QAT card",
            "look on a node that should have one: lspci -d 8086::0b40, and whether lsmod lists its driver, qat_4xxx or another qat_…"),
    CARD_GONE("a card that was there has left the bus",
            "look at the kernel's log on the node (dmesg); a card that does not come back needs a power cycle"),
    CARD_DOWN("the card is down",
            "start node-setup on the node again, by deleting the pod of qat-device-plugin there; if the card stays down, dmesg says why"),
    CARD_SICK("the card does not answer, or reports fatal errors of its hardware",
            "drain the node and reset the card (write down, then up, to qat/state, or reboot); the VFs are offered again once it answers"),
    CARD_NOT_SET_UP("node-setup cannot bring the card to its wanted state",
            "do what the line says, then delete the pod of qat-device-plugin on the node: node-setup runs in front of it"),
    NO_VFS("the card has no VFs",
            "add the component node-setup/deploy, or delete the pod of qat-device-plugin on the node, so that node-setup makes them again"),
    VF_WRONG_DRIVER("VFs are not bound to vfio-pci",
            "delete the pod of qat-device-plugin on the node, so that node-setup binds them; if something takes them back, stop that"),
    VF_WITHOUT_IOMMU("VFs are in no IOMMU group",
            "switch the IOMMU on: in the firmware (VT-d), and on the kernel's command line (intel_iommu=on iommu=pt)"),
    VF_GROUP_SHARED("VFs share an IOMMU group, so that no pod could have one of them alone",
            "put the card into a slot with access control (ACS), or switch ACS on in the firmware"),
    VF_UNUSABLE("VFs cannot be given to pods",
            "follow the reason that the device plugin gives"),
    NOT_REGISTERED("the kubelet has not accepted the resource name",
            "read the plugin's log, and the kubelet's for device-plugin; the plugin tries again by itself"),
    KUBELET_DISAGREES("the kubelet offers another number of VFs than the device plugin tells it",
            "look again in some seconds; if it stays, delete the pod of qat-device-plugin on the node, so that it registers anew"),
    RESOURCE_NOT_OFFERED("a pod asks for a resource name that no node offers",
            "ask for a name that is offered, or let node-setup give the cards the services of that name (NODE_SETUP_SERVICES)"),
    ASKS_TOO_MUCH("a pod asks for more VFs than any node offers",
            "lower its limit, or let node-setup make more VFs (NODE_SETUP_VFS)"),
    VFS_TAKEN("all VFs that a pod asks for are taken",
            "end a pod that has some, scale it down, or add a node"),
    UNSCHEDULABLE("a pod that asks for VFs finds no node for another reason",
            "follow the scheduler's reason: kubectl describe pod"),
    ALLOCATION_REFUSED("the kubelet has turned a pod away",
            "delete the failed pod; if it happens again, read the device plugin's log on that node"),
    POD_NOT_READY("a pod that should use VFs does not run, or is not ready",
            "read its log and events: kubectl logs, kubectl describe pod"),
    CONFIG_MAP_MISSING("the controller's ConfigMap haproxy-ingress is not there",
            "apply ingress-image/deploy again: without it the controller takes its defaults, and no engine"),
    ENGINE_NOT_CONFIGURED("the ConfigMap haproxy-ingress does not name the engine qat",
            "set ssl-engine to qat"),
    ENGINE_NOT_ASYNC("the ConfigMap haproxy-ingress does not let the engine work",
            "set ssl-mode-async to \"true\": without it the engine computes nothing, in silence; for cards put insecure-fork-wanted in config-global, too"),
    RELOAD_FAILED("HAProxy has refused its latest configuration, and serves with the one before",
            "read the reason in the controller's log; after a change of the ConfigMap or an Ingress, undo it"),
    ACCELERATION_REQUIRED("a pod does not start, because it requires an acceleration that is not there",
            "follow the reasons for hardware and software, or set KUBE_QAT_ACCELERATION to preferred to serve without"),
    NOT_ACCELERATED("the engine does not accelerate in a way that is accepted here",
            "follow the reasons for hardware and software in the pod's log; if it is meant to be so, name the verdict with --accept"),
    PREFLIGHT_SILENT("the pod runs, but has no verdict of the engine",
            "see that the container starts by qat-preflight, as the image does, and may write to /var/run/haproxy"),
    CERTIFICATE_STANDS_IN("the controller serves a host with a stand-in: its default certificate, one of its own making, or none",
            "make the Secret that the Ingress names, or the controller's --default-ssl-certificate, of type kubernetes.io/tls; the controller takes it at once"),
    CERTIFICATE_EXPIRED("a certificate has expired",
            "put a new certificate into that Secret"),
    NO_WORK_ON_CARD("a pod says that hardware accelerates it, but no card of its node has had a request",
            "compare QAT0 in the pod with the card's VFs, and make a handshake that needs a signature"),
    CARD_DOES_NOT_ANSWER("a card has requests and not one answer",
            "look at the kernel's log on the node (dmesg), and reset the card");

    private final String symptom;
    private final String nextStep;

    Fault(String symptom, String nextStep) {
        this.symptom = symptom;
        this.nextStep = nextStep;
    }

    public String symptom() {
        return symptom;
    }

    public String nextStep() {
        return nextStep;
    }

    /// Its name in JSON and on the page.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
