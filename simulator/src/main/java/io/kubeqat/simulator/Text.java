package io.kubeqat.simulator;

import io.kubeqat.sysfs.Errno;
import java.math.BigInteger;
import java.util.Locale;

/// Text as the kernel's own parsers take it.
final class Text {
    private Text() {}

    /// `sysfs_streq`: one newline at the end does not count.
    static String line(String value) {
        return value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
    }

    /// `kstrtobool`, which looks at the first letter, or at the second of `on` and `off`.
    static boolean bool(String value) {
        String word = value.toLowerCase(Locale.ROOT);
        if (word.startsWith("y") || word.startsWith("t") || word.startsWith("1") || word.startsWith("on")) {
            return true;
        }
        if (word.startsWith("n") || word.startsWith("f") || word.startsWith("0") || word.startsWith("of")) {
            return false;
        }
        throw new KernelError(Errno.EINVAL);
    }

    /// `kstrtouint`: EINVAL for what is no number, ERANGE for one of more than 32 bits.
    ///
    /// @param base 10, or 0 for the base that the prefix names
    static long unsigned(String value, int base) {
        String digits = line(value);
        int radix = 10;
        if (base == 0 && digits.matches("0[xX].+")) {
            digits = digits.substring(2);
            radix = 16;
        } else if (base == 0 && digits.matches("0.+")) {
            radix = 8;
        }
        if (!digits.matches("\\+?\\p{XDigit}+")) {
            throw new KernelError(Errno.EINVAL);
        }
        try {
            BigInteger number = new BigInteger(digits, radix);
            if (number.bitLength() > 32) {
                throw new KernelError(Errno.ERANGE);
            }
            return number.longValueExact();
        } catch (NumberFormatException _) {
            throw new KernelError(Errno.EINVAL);
        }
    }
}
