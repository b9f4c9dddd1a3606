package io.kubeqat.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PreconditionsTest {
    private static final Path STATE = Path.of("/state");
    private static final long PLENTY = 10L << 30;

    @Test
    void findNothingWrongWithAFittingHost() {
        assertThat(Preconditions.problems(new HostFacts(true, true, true, Set.of(), STATE, PLENTY), true)).isEmpty();
    }

    @Test
    void tellEveryLackAtOnceWithItsNextStep() {
        HostFacts host = new HostFacts(false, false, false, Set.of("bash", "unshare"), STATE, 512L << 20);
        assertThat(Preconditions.problems(host, true)).containsExactly(
                "the testbed needs Linux on x86-64: run it in a virtual machine of that kind",
                "the testbed makes namespaces, mounts and control groups, so it must be run as root: use sudo, or a throw-away virtual machine",
                "simulated cards need /dev/fuse, which is not there: load the kernel module (modprobe fuse), or leave out --scenario",
                "a cluster needs 3 GB in /state and 512 MB are free: make room, or give another folder with --state",
                "the program bash is not on the PATH: apt-get install bash",
                "the program unshare is not on the PATH: apt-get install util-linux, and have /usr/sbin on the PATH");
    }

    @Test
    void askForFuseOnlyWhenThereAreToBeCards() {
        HostFacts host = new HostFacts(true, true, false, Set.of(), STATE, PLENTY);
        assertThat(Preconditions.problems(host, false)).isEmpty();
        assertThat(Preconditions.problems(host, true)).hasSize(1);
    }
}
