package io.kubeqat.verify.chain;

import static io.kubeqat.verify.chain.Whole.AGENT;
import static io.kubeqat.verify.chain.Whole.CARD;
import static io.kubeqat.verify.chain.Whole.INGRESS;
import static io.kubeqat.verify.chain.Whole.NAME;

import io.kubeqat.verify.snapshot.Answer;
import io.kubeqat.verify.snapshot.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// For each fault the whole cluster with that one thing wrong, and what comes of it.
final class Broken {
    private Broken() {}

    static Snapshot by(Fault fault) {
        return switch (fault) {
            case AGENT_NOT_INSTALLED -> whole().agentInstalled(false).without(AGENT).allocatable(0).snapshot();
            case AGENT_NOT_ON_NODE -> whole().without(AGENT).allocatable(0).snapshot();
            case NODE_NOT_READY -> whole().nodeReady(false).snapshot();
            case IMAGE_MISSING -> whole().change(AGENT, pod -> pod.waiting("device-plugin", "ImagePullBackOff", "Back-off pulling image \"x\"")).allocatable(0).snapshot();
            case AGENT_NOT_READY -> whole().change(AGENT, pod -> pod.waiting("device-plugin", "CrashLoopBackOff", "back-off").metrics(Answer.missing("not running"))).snapshot();
            case NODE_SETUP_MISCONFIGURED -> setupEnds(2, "T ERROR bad configuration problem=\"NODE_SETUP_VFS: \\\"x\\\" is no number\"");
            case NODE_NOT_PREPARED -> setupEnds(3, "T ERROR preflight failed problem=\"/sys/kernel/iommu_groups has no groups, so VFIO cannot hand a device out\"");
            case NO_CARD -> whole().change(AGENT, pod -> pod.metrics("").log("T INFO finished ready=0 left-alone=0 failed=0")).without(INGRESS).nodes(List.of(Whole.node(Map.of()))).snapshot();
            case CARD_GONE -> unhealthy("vanished with its PF " + CARD).snapshot();
            case CARD_DOWN -> unhealthy("its PF " + CARD + " is down").snapshot();
            case CARD_SICK -> unhealthy("its PF " + CARD + " has not answered 3 heartbeats").change(AGENT, pod ->
                    pod.replaceInMetrics("kube_qat_pf_healthy{pf=\"" + CARD + "\"} 1", "kube_qat_pf_healthy{pf=\"" + CARD + "\"} 0")).snapshot();
            case CARD_NOT_SET_UP -> whole().change(AGENT, pod -> pod.log("""
                    T INFO found card bdf=%1$s model=4xxx profile=default
                    T ERROR cannot set card up bdf=%1$s reason="cannot write \\"16\\" to sriov_numvfs: Invalid argument; switch the IOMMU on"
                    T WARN failed cards tolerated failed=1
                    """.formatted(CARD))).snapshot();
            case NO_VFS -> whole().change(AGENT, pod -> pod.metrics("kube_qat_pf_healthy{pf=\"" + CARD + "\"} 1").log("")).without(INGRESS).nodes(List.of(Whole.node(Map.of()))).snapshot();
            case VF_WRONG_DRIVER -> unhealthy("bound to 4xxxvf instead of vfio-pci").snapshot();
            case VF_WITHOUT_IOMMU -> unhealthy("in no IOMMU group; is the IOMMU on?").snapshot();
            case VF_GROUP_SHARED -> unhealthy("shares IOMMU group 7 with 0000:6b:00.2, which is offered for both").snapshot();
            case VF_UNUSABLE -> unhealthy("there is no /dev/vfio/7").snapshot();
            case NOT_REGISTERED -> whole().change(AGENT, pod -> pod.replaceInMetrics("kube_qat_registered{resource=\"" + NAME + "\"} 1", "kube_qat_registered{resource=\"" + NAME + "\"} 0")).snapshot();
            case KUBELET_DISAGREES -> whole().allocatable(15).snapshot();
            case RESOURCE_NOT_OFFERED -> whole().pod(Whole.waiting("web", Map.of("qat.intel.com/dc", 1L), "1 Insufficient qat.intel.com/dc")).snapshot();
            case ASKS_TOO_MUCH -> whole().pod(Whole.waiting("web", Map.of(NAME, 17L), "1 Insufficient qat.intel.com/cy")).snapshot();
            case VFS_TAKEN -> whole().pod(Whole.waiting("web", Map.of(NAME, 14L), "1 Insufficient qat.intel.com/cy")).snapshot();
            case UNSCHEDULABLE -> whole().pod(Whole.waiting("web", Map.of(NAME, 1L), "1 node(s) had untolerated taint")).snapshot();
            case ALLOCATION_REFUSED -> whole().change(INGRESS, pod -> pod.notReady("Failed", "UnexpectedAdmissionError")).snapshot();
            case POD_NOT_READY -> whole().change(INGRESS, pod -> pod.waiting("haproxy-ingress", "CrashLoopBackOff", "back-off")).snapshot();
            case CONFIG_MAP_MISSING -> whole().configMap(Optional.empty()).snapshot();
            case ENGINE_NOT_CONFIGURED -> whole().configMap(Optional.of(Map.of("ssl-mode-async", "true"))).snapshot();
            case ENGINE_NOT_ASYNC -> whole().configMap(Optional.of(Map.of("ssl-engine", "qat", "ssl-mode-async", "false", "config-global", "insecure-fork-wanted"))).snapshot();
            case RELOAD_FAILED -> whole().change(INGRESS, pod -> pod.replaceInMetrics("haproxyingress_update_success 1", "haproxyingress_update_success 0")).snapshot();
            case ACCELERATION_REQUIRED -> whole().change(INGRESS, pod -> pod.ended("haproxy-ingress", 3,
                    "QAT preflight: acceleration=none wanted=required hardware=\"no VF\" software=\"the CPU lacks avx512f\"\n")).snapshot();
            case NOT_ACCELERATED -> whole().change(INGRESS, pod -> pod.verdict("none")
                    .log("QAT preflight: acceleration=none wanted=preferred hardware=\"no VF in /dev/vfio\" software=\"the CPU lacks avx512f\"")).snapshot();
            case PREFLIGHT_SILENT -> whole().change(INGRESS, pod -> pod.verdict("nothing")).snapshot();
            case CERTIFICATE_STANDS_IN -> whole().change(INGRESS, pod -> pod.replaceInMetrics("cn=\"echo.example\"", "cn=\"Kubernetes Ingress Controller Fake Certificate\"")).snapshot();
            case CERTIFICATE_EXPIRED -> whole().change(INGRESS, pod -> pod.replaceInMetrics("1.8e+09", "1.7e+09")).snapshot();
            case NO_WORK_ON_CARD -> whole().change(AGENT, pod -> pod.replaceInMetrics("} 4711", "} 0")).snapshot();
            case CARD_DOES_NOT_ANSWER -> whole().change(AGENT, pod -> pod.replaceInMetrics("kube_qat_fw_responses_total{pf=\"" + CARD + "\",engine=\"0\"} 4711",
                    "kube_qat_fw_responses_total{pf=\"" + CARD + "\",engine=\"0\"} 0")).snapshot();
        };
    }

    static Whole whole() {
        return new Whole();
    }

    private static Snapshot setupEnds(int code, String log) {
        return whole().change(AGENT, pod -> pod.setupEnded(code).log(log).metrics(Answer.missing("its containers do not run"))).allocatable(0).snapshot();
    }

    private static Whole unhealthy(String reason) {
        return whole().allocatable(0).change(AGENT, pod -> pod.replaceInMetrics(
                "kube_qat_vfs{pf=\"" + CARD + "\",resource=\"" + NAME + "\",health=\"healthy\",reason=\"\"} 16",
                "kube_qat_vfs{pf=\"" + CARD + "\",resource=\"" + NAME + "\",health=\"healthy\",reason=\"\"} 0\n"
                        + "kube_qat_vfs{pf=\"" + CARD + "\",resource=\"" + NAME + "\",health=\"unhealthy\",reason=\"" + reason + "\"} 16"));
    }
}
