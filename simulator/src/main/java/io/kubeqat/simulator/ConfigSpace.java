package io.kubeqat.simulator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What `config` shows of a function: its header, and no capabilities. lspci, which init scripts use to find cards, opens it for every device.
final class ConfigSpace {
    private static final int LENGTH = 256;
    private static final int REVISION = 0x40;
    private static final int BRIDGE = 0x0604;

    private ConfigSpace() {}

    static String of(PciDevice device) {
        ByteBuffer header = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        // A VF's own IDs read as ones; the kernel takes them from the PF (PCIe Base Specification, VF Vendor ID; Linux drivers/pci/iov.c).
        boolean isVf = device.pf().isPresent();
        header.putShort(0x00, (short) (isVf ? 0xffff : device.vendor()));
        header.putShort(0x02, (short) (isVf ? 0xffff : device.device()));
        header.putInt(0x08, device.pciClass() << 8 | REVISION);
        header.put(0x0e, (byte) (device.pciClass() >> 8 == BRIDGE ? 1 : 0));
        if (device.pciClass() >> 8 != BRIDGE) {
            header.putShort(0x2c, (short) device.vendor());
        }
        return new String(header.array(), ISO_8859_1);
    }
}
