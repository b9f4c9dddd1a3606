package io.kubeqat.nodesetup.apply;

import io.kubeqat.nodesetup.plan.SetupStep;
import io.kubeqat.sysfs.Errno;

/// What an operator can do about a failed step: the wording in one place.
final class NextStep {
    private static final String KERNEL_LOG = "see the kernel's log (dmesg) for the reason";

    private NextStep() {}

    /// After the kernel refused a write.
    static String after(SetupStep step, Errno errno) {
        return switch (errno) {
            case EROFS -> "mount /sys read-write into the container";
            case EACCES, EPERM -> "run the container privileged and as root";
            case EBUSY -> switch (step) {
                case SetupStep.SetState _, SetupStep.RemoveVirtualFunctions _, SetupStep.CreateVirtualFunctions _ ->
                    "the card is being reset, or the kernel itself uses it for encryption or compression: stop what uses it, then retry";
                case SetupStep.SetServices _, SetupStep.OverrideDriver _, SetupStep.UnbindDriver _, SetupStep.BindDriver _ ->
                    "stop the pods that use " + step.address() + ", then retry";
            };
            case EINVAL -> switch (step) {
                case SetupStep.SetServices _ -> "this kernel may not know these services (decomp and three at once need 6.16 or newer): ask for others";
                case SetupStep.CreateVirtualFunctions _ -> "switch the IOMMU on (firmware: VT-d; kernel: intel_iommu=on), " + KERNEL_LOG;
                case SetupStep.RemoveVirtualFunctions _ -> "this kernel cannot remove VFs: reboot the node, or ask for the number of VFs that exist";
                case SetupStep.BindDriver _ -> "its VFIO driver needs an IOMMU group: switch the IOMMU on (firmware: VT-d; kernel: intel_iommu=on)";
                case SetupStep.SetState _, SetupStep.OverrideDriver _, SetupStep.UnbindDriver _ -> KERNEL_LOG;
            };
            case ENOENT, ENODEV -> switch (step) {
                case SetupStep.BindDriver(_, String driver, _) ->
                    driver + " is not loaded or does not want the device: modprobe " + driver + " on the node, " + KERNEL_LOG;
                case SetupStep.SetState _, SetupStep.SetServices _, SetupStep.RemoveVirtualFunctions _, SetupStep.CreateVirtualFunctions _,
                        SetupStep.OverrideDriver _, SetupStep.UnbindDriver _ ->
                    "the device or its driver went away meanwhile: retry, " + KERNEL_LOG;
            };
            case EIO, ENOMEM, EEXIST, ENOTDIR, EISDIR, ENOSPC, ERANGE, ELOOP, EOPNOTSUPP, ETIMEDOUT -> KERNEL_LOG;
        };
    }

    /// After a write that the kernel took without doing it in time.
    static String afterNoEffect() {
        return KERNEL_LOG + ", then retry, with a longer time limit (--timeout) if the node is slow";
    }
}
