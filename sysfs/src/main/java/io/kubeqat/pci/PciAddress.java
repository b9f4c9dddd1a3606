package io.kubeqat.pci;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The address of a PCI function as sysfs writes it, `0000:4b:00.1`: domain, bus, device, function (in short BDF).
///
/// The domain has at least four hexadecimal digits and may have more: Intel's VMD starts at `10000`.
///
/// @param domain from 0
/// @param bus 0 to 0xff
/// @param device 0 to 0x1f
/// @param function 0 to 7
public record PciAddress(int domain, int bus, int device, int function) implements Comparable<PciAddress> {
    private static final Pattern TEXT = Pattern.compile("([0-9a-fA-F]{4,8}):([0-9a-fA-F]{2}):([01][0-9a-fA-F])\\.([0-7])");

    /// Checks the parts.
    ///
    /// @throws IllegalArgumentException if a part is out of its range
    public PciAddress {
        // The kernel keeps the domain in an int (Linux include/linux/pci.h, pci_domain_nr).
        if (domain < 0 || bus < 0 || bus > 0xff || device < 0 || device > 0x1f || function < 0 || function > 7) {
            throw new IllegalArgumentException("no PCI address: domain %x, bus %x, device %x, function %x".formatted(domain, bus, device, function));
        }
    }

    /// Reads the spelling of sysfs.
    ///
    /// @param text such as `0000:4b:00.1`; the domain has four to eight digits, letters may be large
    /// @return the address
    /// @throws IllegalArgumentException for any other text, which it quotes
    public static PciAddress parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a PCI address; expected one like 0000:4b:00.1");
        }
        long domain = Long.parseLong(matcher.group(1), 16);
        if (domain > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("\"" + text + "\" is not a PCI address: its domain is above 7fffffff");
        }
        return new PciAddress(
                (int) domain,
                Integer.parseInt(matcher.group(2), 16),
                Integer.parseInt(matcher.group(3), 16),
                Integer.parseInt(matcher.group(4), 16));
    }

    /// The address of a VF of this PF (PCIe, VF Discovery; Linux `drivers/pci/iov.c`, `pci_iov_virtfn_bus`, `pci_iov_virtfn_devfn`).
    ///
    /// @param offset what `sriov_offset` of the PF reads
    /// @param stride what `sriov_stride` of the PF reads
    /// @param index N of the PF's link `virtfnN`
    /// @return an address; whether a VF is there depends on `sriov_numvfs`
    /// @throws IllegalArgumentException where there is no such bus, or a number is negative, or several VFs would have one address
    public PciAddress virtualFunction(int offset, int stride, int index) {
        long routingId = (bus << 8 | device << 3 | function) + (long) offset + (long) stride * index;
        if (offset < 0 || stride < 0 || index < 0 || (stride == 0 && index > 0) || routingId > 0xffff) {
            throw new IllegalArgumentException("no VF " + index + " of " + this + " at an offset of " + offset + " and a stride of " + stride);
        }
        return new PciAddress(domain, (int) routingId >> 8, ((int) routingId >> 3) & 0x1f, (int) routingId & 7);
    }

    @Override
    public int compareTo(PciAddress other) {
        int byDomain = Integer.compare(domain, other.domain);
        return byDomain != 0 ? byDomain : Integer.compare(bus << 8 | device << 3 | function, other.bus << 8 | other.device << 3 | other.function);
    }

    /// By hand, as [#hashCode]: see [PciId#equals].
    @Override
    public boolean equals(Object other) {
        return other instanceof PciAddress address && domain == address.domain && bus == address.bus && device == address.device && function == address.function;
    }

    @Override
    public int hashCode() {
        return 31 * domain + (bus << 8 | device << 3 | function);
    }

    /// The spelling of sysfs, with no more domain digits than needed.
    @Override
    public String toString() {
        // By hand: all paths are made of addresses, most of them in a program's first second, and a format costs more than the look at a file.
        int needed = Math.max(4, 8 - Integer.numberOfLeadingZeros(domain) / 4);
        byte[] text = new byte[needed + 8];
        int end = hexadecimal(domain, needed, text, 0);
        text[end++] = ':';
        end = hexadecimal(bus, 2, text, end);
        text[end++] = ':';
        end = hexadecimal(device, 2, text, end);
        text[end++] = '.';
        hexadecimal(function, 1, text, end);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static int hexadecimal(int number, int digits, byte[] text, int start) {
        int rest = number;
        for (int i = start + digits - 1; i >= start; i--) {
            int digit = rest & 0xf;
            text[i] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
            rest >>= 4;
        }
        return start + digits;
    }
}
