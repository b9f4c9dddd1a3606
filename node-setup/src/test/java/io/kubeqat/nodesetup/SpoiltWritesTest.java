package io.kubeqat.nodesetup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.simulator.Scenario;
import io.kubeqat.simulator.Simulator;
import io.kubeqat.sysfs.Errno;
import io.kubeqat.sysfs.Sysfs;
import io.kubeqat.sysfs.SysfsException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every write of every plan goes wrong once: refused, or the last thing the process does. A run after that sets everything right, and one more writes nothing.
class SpoiltWritesTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
    private static final List<Errno> ERRNOS = List.of(Errno.EIO, Errno.EINVAL, Errno.ENOMEM, Errno.EACCES, Errno.ENODEV);

    @TempDir
    Path directory;

    /// A node and what is wanted of it. Together they bring every kind of step: down, up, services, VFs away and made, override, unbind, bind.
    record Case(String name, String scenario, List<String> before, List<String> args) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        String pf = "bus/pci/devices/0000:6b:00.0/";
        String card = "bdf: 0000:6b:00.0, device: 4940, totalVfs: 4";
        return List.of(
                new Case("bare", "cards: [{" + card + "}]", List.of(), List.of("--services=asym;sym")),
                new Case("other services", "cards: [{" + card + ", services: dc}]", List.of(), List.of("--services=asym;sym")),
                new Case("other services, bound", "cards: [{" + card + ", services: dc, vfs: bound}]", List.of(), List.of("--services=sym")),
                new Case("other services, no VFs wanted", "cards: [{" + card + ", vfs: bound}]", List.of(), List.of("--services=dc", "--vfs=0")),
                new Case("down", "cards: [{" + card + "}]", List.of("down > " + pf + "qat/state"), List.of("--services=asym;sym", "--vfs=0")),
                new Case("older kernel", "{kernel: {cfgServicesReadBack: verbatim}, cards: [{" + card + ", services: dc}]}", List.of(), List.of("--services=asym;sym")),
                new Case("kernel's VF driver", "{kernel: {vfDrivers: out-of-tree}, cards: [{" + card + "}]}", List.of(), List.of("--services=asym;sym")),
                new Case("gen2", "{kernel: {disableDenylist: yes}, cards: [{bdf: 0000:6b:00.0, device: 37c8, totalVfs: 4, vfs: enabled}]}", List.of(), List.of()),
                new Case("gen6", "cards: [{bdf: 0000:6b:00.0, device: 4948, totalVfs: 4}]", List.of(), List.of("--services=asym;sym;dc")),
                new Case("no IOMMU", "cards: [{" + card + ", iommu: noiommu}]", List.of(), List.of("--services=asym;sym")),
                new Case("shared groups", "cards: [{" + card + ", vfsPerGroup: 2, vfs: enabled}]", List.of(), List.of("--services=asym;sym")),
                new Case("two cards", "cards: [{" + card + "}, {bdf: 0000:e8:00.0, device: 4946, totalVfs: 2, services: dc}]", List.of(), List.of("--services=sym")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyWriteRefusedOnceIsToldAndMadeUpFor(Case one) {
        int writes = undisturbed(one);
        for (int nth = 1; nth <= writes; nth++) {
            for (Errno errno : ERRNOS) {
                Node node = new Node(one);
                String[] file = new String[1];
                node.sysfs.beforeWrite(nth, path -> {
                    file[0] = path;
                    throw new SysfsException("write to", "/sys/" + path, errno);
                });

                ExitCode code = node.run();

                assertThat(code).as("%s, write %s refused with %s: %s", one, nth, errno, node.log()).isIn(ExitCode.STEP_FAILED, ExitCode.DONE);
                if (code == ExitCode.STEP_FAILED) {
                    assertThat(node.log()).as("write %s", nth).contains("cannot set card up").contains(file[0]).contains(errno.text());
                }
                converges(node, "write " + nth + " refused with " + errno);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRunThatEndsBeforeOrAfterAnyWriteIsMadeUpForByTheNext(Case one) {
        int writes = undisturbed(one);
        for (int nth = 1; nth <= writes; nth++) {
            Node before = new Node(one);
            before.sysfs.beforeWrite(nth, _ -> {
                throw new Killed();
            });
            before.runUntilKilled();
            converges(before, "ended before write " + nth);

            Node after = new Node(one);
            after.sysfs.afterWrite(nth, _ -> {
                throw new Killed();
            });
            after.runUntilKilled();
            converges(after, "ended after write " + nth);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aCardThatVanishesAtAnyWriteIsToldAndNoDefect(Case one) {
        int writes = undisturbed(one);
        for (int nth = 1; nth <= writes; nth++) {
            Node node = new Node(one);
            node.sysfs.beforeWrite(nth, _ -> node.simulator.vanish("0000:6b:00.0"));

            ExitCode code = node.run();

            assertThat(code).as("%s, card gone at write %s: %s", one, nth, node.log()).isIn(ExitCode.STEP_FAILED, ExitCode.DONE);
            converges(node, "card gone at write " + nth);
        }
    }

    /// With several cards at work at once, the nth write is another one each time; whosever it is, the other cards come to their end.
    @Test
    void aRefusedWriteFailsOneOfTheCardsThatAreSetUpAtOnce() {
        Case many = new Case(
                "cards at once",
                "cards: [" + IntStream.range(1, 5).mapToObj(bus -> "{bdf: 0000:" + bus + "b:00.0, device: 4940, totalVfs: 3, services: dc}")
                        .collect(Collectors.joining(", ")) + "]",
                List.of(),
                List.of("--services=asym;sym", "--cards-at-once=4"));
        int writes = undisturbed(many);
        for (int nth = 1; nth <= writes; nth++) {
            for (Errno errno : ERRNOS) {
                Node node = new Node(many);
                String[] file = new String[1];
                node.sysfs.beforeWrite(nth, path -> {
                    file[0] = path;
                    throw new SysfsException("write to", "/sys/" + path, errno);
                });

                ExitCode code = node.run();

                if (code == ExitCode.STEP_FAILED) {
                    assertThat(node.log()).contains("finished ready=3 left-alone=0 failed=1").contains(file[0]).contains(errno.text());
                } else {
                    assertThat(node.log()).as("write %s refused with %s", nth, errno).contains("finished ready=4 left-alone=0 failed=0");
                }
                converges(node, "write " + nth + " refused with " + errno + " of cards at once");
            }
        }
    }

    private int undisturbed(Case one) {
        Node node = new Node(one);
        assertThat(node.run()).as(node.log()).isEqualTo(ExitCode.DONE);
        int writes = node.sysfs.count.get();
        assertThat(writes).isPositive();
        converges(node, "nothing");
        return writes;
    }

    private static void converges(Node node, String what) {
        node.sysfs.undisturbed();
        assertThat(node.run()).as("%s: run after %s: %s", node.one, what, node.log()).isEqualTo(ExitCode.DONE);
        int before = node.sysfs.count.get();
        assertThat(node.run()).as(node.log()).isEqualTo(ExitCode.DONE);
        assertThat(node.sysfs.count.get()).as("%s: writes of the third run after %s", node.one, what).isEqualTo(before);
    }

    /// Ends the run where it is, as SIGKILL would: nothing of node-setup catches an Error of this kind.
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    private final class Node {
        private final Case one;
        private final Simulator simulator;
        private final SpoiltSysfs sysfs;
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();

        Node(Case one) {
            this.one = one;
            this.simulator = new Simulator(Scenario.parse(one.scenario()), CLOCK);
            this.sysfs = new SpoiltSysfs(simulator.sysfs());
            for (String write : one.before()) {
                simulator.sysfs().write(write.replaceFirst(".* > ", ""), write.replaceFirst(" > .*", "") + "\n");
            }
        }

        ExitCode run() {
            err.reset();
            List<String> args = new ArrayList<>(one.args());
            if (args.stream().noneMatch(arg -> arg.startsWith("--cards-at-once"))) {
                args.add("--cards-at-once=1");
            }
            args.add("--proc=" + directory);
            args.add("--dev=" + directory);
            PrintStream stream = new PrintStream(err, true, UTF_8);
            return new NodeSetupMain(Map.of(), stream, stream, _ -> sysfs, _ -> {}, CLOCK).run(args.toArray(String[]::new));
        }

        void runUntilKilled() {
            try {
                run();
                throw new AssertionError("was not killed: " + log());
            } catch (Killed _) {
                // What was to be.
            }
        }

        String log() {
            return err.toString(UTF_8);
        }
    }

    /// Lets one write be spoilt, counted from when it was made.
    private static final class SpoiltSysfs implements Sysfs {
        private final Sysfs sysfs;
        private final AtomicInteger count = new AtomicInteger();
        private int spoilt;
        private Consumer<String> before = _ -> {};
        private Consumer<String> after = _ -> {};

        SpoiltSysfs(Sysfs sysfs) {
            this.sysfs = sysfs;
        }

        void beforeWrite(int nth, Consumer<String> spoil) {
            spoilt = nth;
            before = spoil;
        }

        void afterWrite(int nth, Consumer<String> spoil) {
            spoilt = nth;
            after = spoil;
        }

        void undisturbed() {
            spoilt = 0;
        }

        @Override
        public void write(String path, String value) {
            boolean now = count.incrementAndGet() == spoilt;
            if (now) {
                before.accept(path);
            }
            sysfs.write(path, value);
            if (now) {
                after.accept(path);
            }
        }

        @Override
        public String read(String path) {
            return sysfs.read(path);
        }

        @Override
        public List<String> list(String path) {
            return sysfs.list(path);
        }

        @Override
        public Optional<String> link(String path) {
            return sysfs.link(path);
        }

        @Override
        public boolean exists(String path) {
            return sysfs.exists(path);
        }
    }
}
