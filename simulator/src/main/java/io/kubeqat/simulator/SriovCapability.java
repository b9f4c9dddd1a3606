package io.kubeqat.simulator;

import io.kubeqat.sysfs.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The SR-IOV files of one PF, and its VFs (Linux `drivers/pci/iov.c`).
final class SriovCapability implements QatCard.VirtualFunctions {
    private static final int INTEL = 0x8086;

    private final Tree tree;
    private final PciBus bus;
    private final IommuGroups groups;
    private final PciDevice pf;
    private final Scenario.Card card;
    private final List<PciDevice> vfs = new ArrayList<>();
    private boolean driversAutoprobe = true;

    /// @param driver what the QAT driver keeps for the PF; empty while it does not hold the PF
    SriovCapability(Tree tree, PciBus bus, IommuGroups groups, PciDevice pf, Scenario.Card card, Supplier<Optional<QatCard>> driver) {
        this.tree = tree;
        this.bus = bus;
        this.groups = groups;
        this.pf = pf;
        this.card = card;
        String path = pf.path();
        tree.add(path + "/sriov_totalvfs", Attribute.constant(card.totalVfs() + "\n"));
        tree.add(path + "/sriov_numvfs", Attribute.readWrite(0644, () -> vfs.size() + "\n", value -> store(value, driver)));
        tree.add(path + "/sriov_offset", Attribute.constant(card.model().vfOffset() + "\n"));
        tree.add(path + "/sriov_stride", Attribute.constant("1\n"));
        tree.add(path + "/sriov_vf_device", Attribute.constant("%x\n".formatted(card.model().vfId())));
        tree.add(path + "/sriov_drivers_autoprobe",
                Attribute.readWrite(0644, () -> driversAutoprobe ? "1\n" : "0\n", value -> driversAutoprobe = Text.bool(value)));
    }

    List<PciDevice> vfs() {
        return List.copyOf(vfs);
    }

    /// The PF leaves the bus; its driver's remove takes the VFs along (adf_drv.c, adf_remove). Nothing where it has left.
    void vanish() {
        bus.remove(pf);
        groups.leave(pf);
    }

    /// iov.c, sriov_numvfs_store.
    private void store(String value, Supplier<Optional<QatCard>> driver) {
        long wanted;
        try {
            wanted = Text.unsigned(value, 0);
        } catch (KernelError _) {
            wanted = -1;
        }
        if (wanted < 0 || wanted > 0xffff) {
            // iov.c turns each failure of kstrtou16, its ERANGE too, into EINVAL.
            throw new KernelError(Errno.EINVAL);
        }
        if (wanted > card.totalVfs()) {
            throw new KernelError(Errno.ERANGE);
        }
        if (wanted == vfs.size()) {
            // Nothing to do, so that a PF that is down stays down.
            return;
        }
        QatCard state = driver.get().orElseThrow(() -> new KernelError(Errno.ENOENT));
        if (wanted == 0) {
            state.disableVfs();
        } else if (vfs.isEmpty()) {
            state.enableVfs();
        } else {
            // "... VFs already enabled. Disable before enabling ... VFs".
            throw new KernelError(Errno.EBUSY);
        }
    }

    @Override
    public void enable() {
        int group = 0;
        for (int index = 0; index < card.totalVfs(); index++) {
            PciDevice vf = new PciDevice(new PciDevice.Identity(
                    card.vf(index), pf.parentPath(), INTEL, card.model().vfId(), pf.pciClass(), pf.numa(), Optional.of(pf)));
            bus.add(vf);
            vfs.add(vf);
            tree.link(vf.path() + "/physfn", pf.path());
            tree.link(pf.path() + "/virtfn" + index, vf.path());
            if (card.iommu() == Scenario.Iommu.YES) {
                if (index % card.vfsPerGroup() == 0) {
                    group = groups.create(Optional.empty());
                }
                groups.join(group, vf);
            }
        }
        if (driversAutoprobe) {
            vfs().forEach(bus::attachAny);
        }
    }

    @Override
    public void disable() {
        for (int index = vfs.size() - 1; index >= 0; index--) {
            PciDevice vf = vfs.get(index);
            bus.detach(vf);
            if (vfs.size() <= index) {
                // Another write removed the rest while this one waited for a holder of the VF.
                return;
            }
            tree.remove(pf.path() + "/virtfn" + index);
            groups.leave(vf);
            bus.remove(vf);
            vfs.removeLast();
        }
    }
}
