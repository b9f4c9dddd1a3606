package io.kubeqat.simulator;

import io.kubeqat.sysfs.Errno;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// What hardware and other programs do, as files in the tree's root, so that a shell can do it on a mounted tree. The kernel has no such directory; a node
/// that takes only `bus`, `devices` and `kernel` from the tree does not see it.
///
/// | File | Write | Effect |
/// |---|---|---|
/// | `fail` | `PATH N ERRNO` | the N-th write to PATH from now on fails: `bus/pci/drivers/vfio-pci/bind 3 EBUSY` |
/// | `slow` | `PATH N MILLIS` | the N-th write to PATH from now on takes so long before it does its work |
/// | `vanish` | `BDF`, or `PATH N BDF` | the card leaves the bus, now or at the N-th write to PATH |
/// | `busy` | `BDF on` or `BDF off` | the kernel uses the card |
/// | `alive` | `BDF on` or `BDF off` | the card's firmware answers heartbeats |
/// | `work` | `BDF N` | the card answers N requests |
/// | `error` | `BDF fatal` (or `nonfatal`, `correctable`) | the card's hardware reports an error |
/// | `hold` | `BDF on` or `BDF off` | a program has the VF's VFIO device open |
///
/// `writes`, to read, has what was written to the tree, oldest first: `VALUE > PATH`; `requests` how often the kernel asked this file system, by kind.
final class Controls {
    static final String ROOT = ".simulator";

    private final Simulator simulator;
    private final Map<String, Simulator.Hold> holds = new HashMap<>();

    Controls(Simulator simulator) {
        this.simulator = simulator;
    }

    void addTo(Directory directory) {
        directory.add("fail", control(3, words -> simulator.failWrite(words[0], Integer.parseInt(words[1]), Errno.valueOf(words[2]))));
        directory.add("slow", control(3, words ->
                simulator.slowWrite(words[0], Integer.parseInt(words[1]), Duration.ofMillis(Long.parseUnsignedLong(words[2])))));
        directory.add("vanish", control(words -> {
            switch (words.length) {
                case 1 -> simulator.vanish(words[0]);
                case 3 -> simulator.vanishAtWrite(words[0], Integer.parseInt(words[1]), words[2]);
                default -> throw new KernelError(Errno.EINVAL);
            }
        }));
        directory.add("writes", Attribute.readOnly(0444, () -> simulator.writes().stream().map(write -> write + "\n").collect(Collectors.joining())));
        directory.add("requests", Attribute.readOnly(0444, () -> simulator.requests().toString()));
        directory.add("busy", control(2, words -> simulator.busy(words[0], Text.bool(words[1]))));
        directory.add("alive", control(2, words -> simulator.alive(words[0], Text.bool(words[1]))));
        directory.add("work", control(2, words -> simulator.work(words[0], Long.parseUnsignedLong(words[1]))));
        directory.add("error", control(2, words -> simulator.error(words[0], HardwareError.valueOf(words[1].toUpperCase(Locale.ROOT)))));
        directory.add("hold", control(2, words -> hold(words[0], Text.bool(words[1]))));
    }

    private void hold(String vf, boolean open) {
        if (open) {
            holds.computeIfAbsent(vf, simulator::open);
        } else if (holds.containsKey(vf)) {
            holds.remove(vf).close();
        }
    }

    /// A wrong number of words, an unknown card or errno: EINVAL, as a kernel file would answer.
    private static Attribute control(int count, Consumer<String[]> action) {
        return control(words -> {
            if (words.length != count) {
                throw new KernelError(Errno.EINVAL);
            }
            action.accept(words);
        });
    }

    private static Attribute control(Consumer<String[]> action) {
        return Attribute.writeOnly(value -> {
            try {
                action.accept(value.strip().split("\\s+"));
            } catch (IllegalArgumentException _) {
                throw new KernelError(Errno.EINVAL);
            }
        });
    }
}
