package io.kubeqat.testbed;

import java.util.ArrayList;
import java.util.List;

/// Judges the host before anything is started: every lack is one sentence with the next step.
final class Preconditions {
    /// Images, snapshots and logs of a cluster, and its parts on the first run.
    private static final long NEEDED_BYTES = 3L << 30;

    private Preconditions() {}

    static List<String> problems(HostFacts host, boolean cards) {
        List<String> problems = new ArrayList<>();
        if (!host.linuxOnX8664()) {
            problems.add("the testbed needs Linux on x86-64: run it in a virtual machine of that kind");
        }
        if (!host.root()) {
            problems.add("the testbed makes namespaces, mounts and control groups, so it must be run as root: use sudo, or a throw-away virtual machine");
        }
        if (cards && !host.fuse()) {
            problems.add("simulated cards need /dev/fuse, which is not there: load the kernel module (modprobe fuse), or leave out --scenario");
        }
        if (host.freeBytes() < NEEDED_BYTES) {
            problems.add("a cluster needs 3 GB in " + host.stateRoot() + " and " + (host.freeBytes() >> 20)
                    + " MB are free: make room, or give another folder with --state");
        }
        HostFacts.PROGRAMS.stream().filter(host.missingPrograms()::contains).map(Preconditions::missing).forEach(problems::add);
        return problems;
    }

    private static String missing(String program) {
        return "the program " + program + " is not on the PATH: " + switch (program) {
            case "bash" -> "apt-get install bash";
            default -> "apt-get install util-linux, and have /usr/sbin on the PATH";
        };
    }
}
