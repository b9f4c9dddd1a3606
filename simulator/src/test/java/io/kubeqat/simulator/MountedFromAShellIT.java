package io.kubeqat.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What a script sees. The shell is sh; where its own echo hides the reason ("I/O error" from dash), tee tells it.
@ExtendWith(NeedsFuse.class)
final class MountedFromAShellIT {
    @TempDir
    private Path directory;

    private final Simulator simulator = new Simulator(Scenario.builtIn("one-card").orElseThrow(), InstantSource.system());
    private Path dev;
    private VfioNodes nodes;
    private Mount mount;

    @BeforeEach
    void mount() throws IOException {
        dev = directory.resolve("dev");
        nodes = new VfioNodes(dev);
        simulator.listen(nodes);
        mount = Mount.on(Files.createDirectory(directory.resolve("sys")), simulator);
    }

    @AfterEach
    void unmount() {
        simulator.closeAll();
        mount.close();
        nodes.close();
        assertThat(dev.resolve("vfio")).isEmptyDirectory();
    }

    private record Answer(String output, int exitCode) {}

    private Process start(String script) throws IOException {
        return new ProcessBuilder("/bin/sh", "-c", "cd sys/bus/pci/devices/0000:6b:00.0; " + script)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private Answer run(String script) throws IOException, InterruptedException {
        Process process = start(script);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(output, process.waitFor());
    }

    @Test
    void echoEnablesVfsAndTeeIsToldWhyNot() throws IOException, InterruptedException {
        assertThat(run("echo 8 > sriov_numvfs && cat sriov_numvfs && ls -d virtfn* | wc -l && readlink virtfn0 && cat virtfn0/device"))
                .isEqualTo(new Answer("16\n16\n../0000:6b:00.1\n0x4941\n", 0));
        assertThat(run("echo 4 | tee sriov_numvfs")).isEqualTo(new Answer("4\ntee: sriov_numvfs: Device or resource busy\n", 1));
        assertThat(run("echo 17 | tee sriov_numvfs")).isEqualTo(new Answer("17\ntee: sriov_numvfs: Numerical result out of range\n", 1));
        assertThat(run("echo 4 > sriov_numvfs").exitCode()).isNotZero();
        assertThat(run("echo 0 >> sriov_numvfs; ls -d virtfn* | wc -l; cat qat/state").output()).contains("0\nup\n");
    }

    @Test
    void countsWhatTheKernelAsks() throws IOException, InterruptedException {
        Map<String, Long> before = requests();
        run("cat qat/state; echo 1 > qat/state; readlink driver");
        Map<String, Long> after = requests();

        // Reading the counts opens and reads a file itself.
        assertThat(after.get("open") - before.get("open")).isEqualTo(3);
        assertThat(after.get("write") - before.get("write")).isEqualTo(1);
        // The way to the card goes through a link, too.
        assertThat(after.get("readlink") - before.get("readlink")).isEqualTo(2);
        assertThat(after.get("getattr") - before.get("getattr")).isGreaterThan(3);
    }

    private Map<String, Long> requests() throws IOException {
        try (Stream<String> lines = Files.lines(directory.resolve("sys/.simulator/requests"))) {
            return lines.map(line -> line.split(" +")).collect(Collectors.toMap(words -> words[0], words -> Long.valueOf(words[1])));
        }
    }

    @Test
    void readingIsFreshOnAFileThatStaysOpen() throws IOException, InterruptedException {
        try (FileChannel state = FileChannel.open(directory.resolve("sys/bus/pci/devices/0000:6b:00.0/qat/state"), StandardOpenOption.READ)) {
            assertThat(fromStart(state)).isEqualTo("up\n");
            assertThat(fromStart(state)).isEqualTo("up\n");
            run("echo down > qat/state");
            assertThat(fromStart(state)).isEqualTo("down\n");
        }
    }

    private static String fromStart(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(64);
        channel.read(buffer, 0);
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
    }

    /// As on a node whose /sys is made of bind mounts of the tree.
    @Test
    void unmountsAlthoughAnotherNamespaceStillHasTheMount() throws IOException, InterruptedException {
        Process other = new ProcessBuilder("unshare", "--mount", "sh", "-c", "cd sys/bus/pci && echo inside && read line; ls devices")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(other.inputReader().readLine()).isEqualTo("inside");

        mount.close();

        other.outputWriter().append("now\n").close();
        assertThat(other.inputReader().readLine()).contains("Transport endpoint is not connected");
        assertThat(other.waitFor()).isNotZero();
        assertThat(directory.resolve("sys")).isEmptyDirectory();
    }

    @Test
    void nodesComeAndGoWithTheBinding() throws IOException, InterruptedException {
        String dev = "$OLDPWD/dev/vfio";
        assertThat(run("ls " + dev)).isEqualTo(new Answer("vfio\n", 0));
        assertThat(run("echo 16 > sriov_numvfs; for i in 0 1; do echo vfio-pci > virtfn$i/driver_override; done;"
                        + " echo 0000:6b:00.1 > /proc/self/cwd/../../../bus/pci/drivers/vfio-pci/bind; stat -c '%n %F %a %t:%T' " + dev + "/1;"
                        + " stat -c %a " + dev + "/vfio; ls " + dev))
                .isEqualTo(new Answer(directory + "/dev/vfio/1 character special file 600 1:3\n666\n1\nvfio\n", 0));
        assertThat(run("echo 0 > sriov_numvfs; ls " + dev)).isEqualTo(new Answer("vfio\n", 0));
    }

    @Test
    void theHeartbeatHasItsNulByteInAShellToo() throws IOException, InterruptedException {
        assertThat(run("cd -P ../../../kernel/debug/qat_4xxx_*/heartbeat; od -An -c status; od -An -c status; od -An -c queries_sent"))
                .isEqualTo(new Answer("   0  \\n  \\0\n   -   1  \\n  \\0\n   1  \\n  \\0\n", 0));
    }

    @Test
    void sixteenWaitingUnbindsDoNotStopTheMount() throws IOException, InterruptedException {
        run("echo 16 > sriov_numvfs; for v in virtfn*; do echo vfio-pci > $v/driver_override;"
                + " basename $(readlink $v) > ../../../bus/pci/drivers/vfio-pci/bind; done");
        assertThat(run("ls ../../../bus/pci/drivers/vfio-pci | grep -c :")).isEqualTo(new Answer("16\n", 0));
        run("for v in virtfn*; do echo $(basename $(readlink $v)) on > ../../../.simulator/hold; done");
        Process unbinds = start("for v in virtfn*; do basename $(readlink $v) > $v/driver/unbind & done; wait");

        assertThat(run("cat qat/state; ls ../../../bus/pci/drivers/vfio-pci | grep -c :")).isEqualTo(new Answer("up\n16\n", 0));
        run("for f in $(ls ../../../bus/pci/drivers/vfio-pci | grep :); do echo $f off > ../../../.simulator/hold; done");

        assertThat(unbinds.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(run("ls ../../../bus/pci/drivers/vfio-pci | grep -c :")).isEqualTo(new Answer("0\n", 1));
    }

    @Test
    void othersMayReadWhatTheModeSaysAndNoMore() throws IOException, InterruptedException {
        String as = "setpriv --reuid 65532 --regid 65532 --clear-groups ";
        assertThat(run(as + "cat vendor")).isEqualTo(new Answer("0x8086\n", 0));
        assertThat(run("echo 1 | " + as + "tee sriov_numvfs")).isEqualTo(new Answer("tee: sriov_numvfs: Permission denied\n1\n", 1));
        assertThat(run(as + "ls ../../../kernel/debug").exitCode()).isNotZero();
    }

    @Test
    void nothingCanBeMadeOrRemoved() throws IOException, InterruptedException {
        assertThat(run("echo 1 | tee new")).isEqualTo(new Answer("tee: new: Permission denied\n1\n", 1));
        assertThat(run("rm vendor")).isEqualTo(new Answer("rm: cannot remove 'vendor': Operation not permitted\n", 1));
        assertThat(run("echo 1 | tee vendor")).isEqualTo(new Answer("tee: vendor: Permission denied\n1\n", 1));
    }
}
