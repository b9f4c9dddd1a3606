package io.kubeqat.pci;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Who made a PCI device and which one it is, `8086:4940`: the content of the sysfs files `vendor` and `device`.
///
/// @param vendor 0 to 0xffff; Intel is 0x8086
/// @param device 0 to 0xffff, given out by the vendor
public record PciId(int vendor, int device) {
    private static final Pattern TEXT = Pattern.compile("([0-9a-fA-F]{4}):([0-9a-fA-F]{4})");

    /// Checks the parts.
    ///
    /// @throws IllegalArgumentException if a part is out of its range
    public PciId {
        if (vendor < 0 || vendor > 0xffff || device < 0 || device > 0xffff) {
            throw new IllegalArgumentException("no PCI vendor and device: %x, %x".formatted(vendor, device));
        }
    }

    /// Reads two numbers as `lspci -n` prints them.
    ///
    /// @param text four hexadecimal digits each, with `:` between them
    /// @return the id
    /// @throws IllegalArgumentException for any other text, which it quotes
    public static PciId parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a PCI vendor and device; expected a pair like 8086:4940");
        }
        return new PciId(Integer.parseInt(matcher.group(1), 16), Integer.parseInt(matcher.group(2), 16));
    }

    /// By hand, as [#hashCode]: javac leaves those of a record to method handles, which are made when the program runs and cost a start of a tenth of a second some percent.
    @Override
    public boolean equals(Object other) {
        return other instanceof PciId id && vendor == id.vendor && device == id.device;
    }

    @Override
    public int hashCode() {
        return vendor << 16 | device;
    }

    @Override
    public String toString() {
        return "%04x:%04x".formatted(vendor, device);
    }
}
