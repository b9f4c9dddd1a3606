package io.kubeqat.simulator;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The address of a PCI function. Domains have four hexadecimal digits or more (VMD: `10000:..`).
record Bdf(int domain, int bus, int device, int function) implements Comparable<Bdf> {
    private static final Pattern FORM = Pattern.compile("(\\p{XDigit}{4,8}):(\\p{XDigit}{2}):([01]\\p{XDigit})\\.([0-7])");

    static Bdf parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no PCI address; write it like 0000:6b:00.0");
        }
        return new Bdf(hex(matcher.group(1)), hex(matcher.group(2)), hex(matcher.group(3)), hex(matcher.group(4)));
    }

    private static int hex(String digits) {
        return Integer.parseUnsignedInt(digits, 16);
    }

    /// The address `offset` routing IDs on, which is how SR-IOV numbers VFs (PCIe Base Specification, First VF Offset and VF Stride).
    Bdf plus(int offset) {
        int routingId = ((bus << 8) | (device << 3) | function) + offset;
        return new Bdf(domain, (routingId >> 8) & 0xff, (routingId >> 3) & 0x1f, routingId & 7);
    }

    String rootBus() {
        return "pci%04x:%02x".formatted(domain, bus);
    }

    @Override
    public int compareTo(Bdf other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return "%04x:%02x:%02x.%x".formatted(domain, bus, device, function);
    }
}
