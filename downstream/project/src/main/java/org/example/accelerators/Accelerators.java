package org.example.accelerators;

import io.kubeqat.qat.PhysicalFunction;
import io.kubeqat.qat.QatModels;
import io.kubeqat.qat.QatTopologyReader;
import io.kubeqat.sysfs.Sysfs;
import java.util.List;

/// What a program of somebody else says of a node's cards.
record Accelerators(Sysfs sysfs) {
    List<String> lines() {
        return new QatTopologyReader(sysfs, QatModels.known()).read().physicalFunctions().stream().map(Accelerators::line).toList();
    }

    private static String line(PhysicalFunction card) {
        long ready = card.vfs().stream().filter(vf -> vf.isBoundTo("vfio-pci")).count();
        return "%s %s: %d of %d VFs ready".formatted(card.address(), card.model().name(), ready, card.totalVfs());
    }
}
