package io.kubeqat.e2e.kernel;

import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import io.kubeqat.testbed.CommandResult;
import io.kubeqat.testbed.machine.Machine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The `/sys` of a machine, by the machine's own shell: each call is one command inside, and its error is what the C library says of the kernel's answer.
final class MachineSysfs implements Sysfs {
    private final Machine machine;

    MachineSysfs(Machine machine) {
        this.machine = machine;
    }

    @Override
    public String read(String path) {
        return run("read", path, "cat '" + describe(path) + "'");
    }

    @Override
    public void write(String path, String value) {
        // A dd that opens without creating, and writes once.
        run("write \"" + value.strip() + "\" to", path,
                "printf '%s\\n' '" + value.strip() + "' | chroot /tools /usr/bin/dd of='" + describe(path) + "' conv=notrunc,nocreat status=none");
    }

    @Override
    public List<String> list(String path) {
        return run("list", path, "cd '" + describe(path) + "' && ls -A").lines().sorted().toList();
    }

    @Override
    public Optional<String> link(String path) {
        String link = "'" + describe(path) + "'";
        // Where there is no link, ls says whether there is a directory that could have one.
        String target = run("follow", path, "if [ -L " + link + " ]; then readlink -f " + link + "; else ls -d '" + Path.of(describe(path)).getParent() + "' > /dev/null; fi").strip();
        return target.isEmpty() ? Optional.empty() : Optional.of(Path.of("/sys").relativize(Path.of(target)).toString());
    }

    @Override
    public boolean exists(String path) {
        return machine.run("[ -e '" + describe(path) + "' ]").succeeded();
    }

    private String run(String action, String path, String command) {
        CommandResult result = machine.run(command);
        if (result.succeeded()) {
            return result.output();
        }
        Errno errno = Arrays.stream(Errno.values())
                .filter(candidate -> result.error().strip().endsWith(candidate.text()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(command + " failed without one of the kernel's errors that we know: " + result.error()));
        throw new SysfsException(action, describe(path), errno);
    }
}
