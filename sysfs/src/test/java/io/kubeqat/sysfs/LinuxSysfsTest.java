package io.kubeqat.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxSysfsTest {
    @TempDir
    Path directory;

    private Path root;
    private Path outside;
    private LinuxSysfs sysfs;

    @BeforeEach
    void layOut() throws IOException {
        directory = directory.toRealPath();
        root = Files.createDirectories(directory.resolve("sys"));
        outside = Files.writeString(directory.resolve("outside"), "before");
        Files.createDirectories(root.resolve("devices/card"));
        Files.writeString(root.resolve("devices/card/state"), "up\n\0");
        Files.createDirectories(root.resolve("bus"));
        Files.createSymbolicLink(root.resolve("bus/card"), Path.of("../devices/card"));
        Files.createSymbolicLink(root.resolve("bus/escape"), outside);
        Files.createSymbolicLink(root.resolve("bus/climb"), Path.of("../../outside"));
        Files.createSymbolicLink(root.resolve("bus/dangling"), Path.of("../devices/gone"));
        sysfs = new LinuxSysfs(root);
    }

    @Test
    void readsEveryByteThroughALink() {
        assertThat(sysfs.read("bus/card/state")).isEqualTo("up\n\0");
    }

    @Test
    void followsALinkToAPathBelowTheRoot() {
        assertThat(sysfs.link("bus/card")).contains("devices/card");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../devices/card", "./../devices/card", "../bus/../devices/card", "../devices/./card", "../../sys/devices/card", "%s/devices/card"})
    void findsTheSamePlaceHoweverALinkSpellsIt(String text) throws IOException {
        Files.createSymbolicLink(root.resolve("bus/spelt"), Path.of(text.formatted(root)));

        assertThat(sysfs.link("bus/spelt")).contains("devices/card");
        assertThat(sysfs.read("bus/spelt/state")).isEqualTo("up\n\0");
    }

    @Test
    void followsALinkAnewThatLeadsElsewhereMeanwhile() throws IOException {
        assertThat(sysfs.read("bus/card/state")).isEqualTo("up\n\0");
        assertThat(sysfs.link("bus/card")).contains("devices/card");
        Files.move(root.resolve("devices/card"), root.resolve("devices/other"));
        assertThat(sysfs.exists("bus/card/state")).isFalse();
        assertThat(sysfs.exists("bus/card")).isFalse();

        Files.delete(root.resolve("bus/card"));
        Files.createSymbolicLink(root.resolve("bus/card"), Path.of("../devices/other"));

        assertThat(sysfs.read("bus/card/state")).isEqualTo("up\n\0");
        assertThat(sysfs.list("bus/card")).containsExactly("state");
        assertThat(sysfs.link("bus/card")).contains("devices/other");
    }

    @Test
    void findsADirectoryThatCameInPlaceOfARemovedOne() throws IOException {
        assertThat(sysfs.read("bus/card/state")).isEqualTo("up\n\0");
        Files.delete(root.resolve("devices/card/state"));
        Files.delete(root.resolve("devices/card"));
        assertThatThrownBy(() -> sysfs.read("bus/card/state")).asInstanceOf(InstanceOfAssertFactories.type(SysfsException.class))
                .returns(Errno.ENOENT, SysfsException::errno);

        Files.createDirectory(root.resolve("devices/card"));
        Files.writeString(root.resolve("devices/card/state"), "down\n");

        assertThat(sysfs.read("bus/card/state")).isEqualTo("down\n");
    }

    @Test
    void followsNoLinkThatTakesThePlaceOfAFileOrDirectoryItKnows() throws IOException {
        assertThat(sysfs.read("bus/card/state")).isEqualTo("up\n\0");
        Files.delete(root.resolve("devices/card/state"));
        Files.createSymbolicLink(root.resolve("devices/card/state"), outside);
        assertThatThrownBy(() -> sysfs.write("bus/card/state", "after")).hasMessageContaining("it leads out of " + root);

        Files.delete(root.resolve("devices/card/state"));
        Files.delete(root.resolve("devices/card"));
        Files.createSymbolicLink(root.resolve("devices/card"), directory);

        assertThatThrownBy(() -> sysfs.write("bus/card/outside", "after")).hasMessageContaining("it leads out of " + root);
        assertThat(outside).hasContent("before");
    }

    @Test
    void keepsFewDirectoriesOpenHoweverManyItReads() throws IOException {
        readManyDirectories(sysfs);

        assertThat(openBelow(root)).isLessThan(400);
        assertThat(sysfs.read("devices/0/state")).isEqualTo("up 0");
    }

    @Test
    void keepsFewerDirectoriesOpenForAProgramThatStays() throws IOException {
        LinuxSysfs sparing = LinuxSysfs.sparing(root);
        readManyDirectories(sparing);

        assertThat(openBelow(root)).isLessThan(70);
        assertThat(sparing.read("devices/0/state")).isEqualTo("up 0");
    }

    private void readManyDirectories(LinuxSysfs reader) throws IOException {
        for (int n = 0; n < 1000; n++) {
            Files.createDirectory(root.resolve("devices/" + n));
            Files.writeString(root.resolve("devices/" + n + "/state"), "up " + n);
            assertThat(reader.read("devices/" + n + "/state")).isEqualTo("up " + n);
        }
    }

    private static long openBelow(Path root) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).startsWith(root);
                } catch (IOException _) {
                    // Closed since it was listed.
                    return false;
                }
            }).count();
        }
    }

    @Test
    void readsManyLinksOfADirectoryThatComesAndGoes() throws IOException {
        for (int round = 0; round < 3; round++) {
            Path links = Files.createDirectories(root.resolve("links"));
            for (int n = 0; n < 5; n++) {
                Files.createSymbolicLink(links.resolve("l" + n), Path.of("../devices/card"));
                assertThat(sysfs.read("links/l" + n + "/state")).isEqualTo("up\n\0");
            }
            Files.createSymbolicLink(links.resolve("out"), directory);
            assertThatThrownBy(() -> sysfs.read("links/out/outside")).hasMessageContaining("it leads out of " + root);
            Files.move(links, root.resolve("moved" + round));
            assertThat(sysfs.exists("links/l5/state")).isFalse();
        }
    }

    @Test
    void hasNoLinkWhereThereIsAFileOrNothing() {
        assertThat(sysfs.link("devices/card/state")).isEmpty();
        assertThat(sysfs.link("devices/card/driver")).isEmpty();
    }

    @Test
    void tellsNoLinkFromNoDirectory() {
        for (String gone : new String[] {"devices/gone", "bus/dangling"}) {
            assertThatThrownBy(() -> sysfs.link(gone + "/driver")).isInstanceOf(SysfsException.class)
                    .hasMessage("cannot look for a link in " + root.resolve(gone) + ": No such file or directory");
        }
    }

    @Test
    void looksForALinkInTheDirectoryThatIsThereNow() throws IOException {
        assertThat(sysfs.link("bus/card/driver")).as("and keeps the directory open").isEmpty();
        Files.delete(root.resolve("devices/card/state"));
        Files.delete(root.resolve("devices/card"));
        assertThatThrownBy(() -> sysfs.link("bus/card/driver")).isInstanceOf(SysfsException.class);

        Files.createDirectory(root.resolve("devices/card"));
        Files.createSymbolicLink(root.resolve("devices/card/driver"), Path.of("../../bus"));

        assertThat(sysfs.link("bus/card/driver")).contains("bus");
    }

    @Test
    void looksForALinkInADirectoryThatItReachedByAnotherName() throws IOException {
        Files.createSymbolicLink(root.resolve("bus/same"), Path.of("../devices/card"));
        assertThat(sysfs.link("devices/card/driver")).isEmpty();
        Files.delete(root.resolve("devices/card/state"));
        Files.delete(root.resolve("devices/card"));
        Files.createDirectory(root.resolve("devices/card"));
        Files.createSymbolicLink(root.resolve("devices/card/driver"), Path.of("../../bus"));

        assertThat(sysfs.link("bus/same/driver")).contains("bus");
    }

    @Test
    void listsInOrder() {
        assertThat(sysfs.list("bus")).containsExactly("card", "climb", "dangling", "escape");
    }

    @Test
    void seesWhatExistsBelowTheRootOnly() {
        assertThat(sysfs.exists("bus/card/state")).isTrue();
        assertThat(sysfs.exists("bus/card/nothing")).isFalse();
        assertThat(sysfs.exists("devices/card/state/below-a-file")).isFalse();
        assertThat(sysfs.exists("bus/dangling")).isFalse();
        assertThat(sysfs.exists("bus/escape")).isFalse();
        assertThat(sysfs.exists("../outside")).isFalse();
    }

    @Test
    void writesOverTheFirstBytesWithoutTruncating() throws IOException {
        sysfs.write("bus/card/state", "x");

        assertThat(root.resolve("devices/card/state")).hasContent("xp\n\0");
    }

    @Test
    void neverCreatesAFile() {
        assertThatThrownBy(() -> sysfs.write("devices/card/invented", "1"))
                .isInstanceOf(SysfsException.class)
                .hasMessage("cannot write \"1\" to " + root + "/devices/card/invented: No such file or directory");
        assertThat(root.resolve("devices/card/invented")).doesNotExist();
    }

    @Test
    void refusesEveryLinkThatLeavesTheRoot() {
        for (String path : new String[] {"bus/escape", "bus/climb", "../outside"}) {
            assertThatThrownBy(() -> sysfs.write(path, "after"))
                    .hasMessage("cannot write \"after\" to " + root.resolve(path) + " (it leads out of " + root + " to " + outside + "): "
                            + "Too many levels of symbolic links");
            assertThatThrownBy(() -> sysfs.read(path)).asInstanceOf(InstanceOfAssertFactories.type(SysfsException.class))
                    .returns(Errno.ELOOP, SysfsException::errno);
        }
        assertThatThrownBy(() -> sysfs.link("bus/escape")).isInstanceOf(SysfsException.class);
        assertThat(outside).hasContent("before");
    }

    @Test
    void namesTheKernelsAnswer() {
        assertThatThrownBy(() -> sysfs.list("devices/card/state"))
                .asInstanceOf(InstanceOfAssertFactories.type(SysfsException.class))
                .returns(Errno.ENOTDIR, SysfsException::errno)
                .returns(root + "/devices/card/state", SysfsException::path);
        assertThatThrownBy(() -> sysfs.read("devices/card"))
                .asInstanceOf(InstanceOfAssertFactories.type(SysfsException.class))
                .returns(Errno.EISDIR, SysfsException::errno);
    }

    @Test
    void saysWhichRootIsMissing() {
        Path missing = directory.resolve("missing");

        assertThatThrownBy(() -> new LinuxSysfs(missing)).hasMessage("cannot open " + missing + ": No such file or directory");
    }

    @Test
    void isWritableOnlyBelowTheRoot() {
        assertThat(sysfs.writable("bus/card/state")).isTrue();
        assertThat(sysfs.writable("bus/escape")).isFalse();
        assertThat(sysfs.writable("bus/nothing")).isFalse();
    }

    @Test
    void describesAPathAsAnOperatorWouldTypeIt() {
        assertThat(sysfs.describe("bus/card")).isEqualTo(root + "/bus/card");
    }
}
