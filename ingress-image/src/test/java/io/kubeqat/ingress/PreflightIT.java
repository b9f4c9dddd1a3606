package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What `qat-preflight` says under each condition. There is no card: that it recognises working hardware is shown with an engine that plays it.
class PreflightIT {
    private static final String LOCKED = "the limit of locked memory is 64 KiB, a VF needs 16384 KiB; raise LimitMEMLOCK of the container runtime";
    private static ImageRun run;

    @BeforeAll
    static void lookUnderEachCondition(@TempDir Path folder) throws IOException, InterruptedException {
        run = ImageRun.of(folder, "preflight");
    }

    @Test
    void signsThroughTheEngineAndAgreesWithIt() throws IOException {
        Preflight plain = Preflight.of(run, "plain");
        assertThat(plain.exit()).isZero();
        assertThat(plain.ran()).isTrue();
        boolean software = lacking().isEmpty();
        assertThat(plain.acceleration()).isEqualTo(software ? "sw" : "none");
        assertThat(plain.state()).containsEntry("wanted", "preferred").containsEntry("problem", "")
                .extractingByKey("signature", MAP).isEqualTo(Map.of("verified", true, "pauses", software ? 8 : 0));
        assertThat(plain.state().get("engine").toString()).contains("QAT engine: acceleration=" + plain.acceleration() + " hardware=no-device");
    }

    @Test
    void saysInOneLineWhatIsInForceAndWhyNotTheBetterOne() throws IOException {
        Preflight plain = Preflight.of(run, "plain");
        assertThat(plain.said()).singleElement().asString()
                .startsWith("QAT preflight: acceleration=" + plain.acceleration() + " wanted=preferred engine=loaded signature=verified pauses=")
                .contains(" hardware=\"no VF in /dev/vfio: No such file or directory; does the pod ask for qat.intel.com/cy, and does the node offer it?\"");
        if (!lacking().isEmpty()) {
            assertThat(plain.reasons("software")).containsExactly("the CPU lacks " + String.join(" ", lacking()));
        }
    }

    @Test
    void requiredAndNotThereEndsWithThreeAndRunsNothing() throws IOException {
        Preflight required = Preflight.of(run, "required");
        if (lacking().isEmpty()) {
            assertThat(required.exit()).isZero();
            return;
        }
        assertThat(required.exit()).isEqualTo(3);
        assertThat(required.ran()).isFalse();
        assertThat(required.acceleration()).isEqualTo("none");
        assertThat(required.said()).hasSize(2).last()
                .isEqualTo("QAT preflight: KUBE_QAT_ACCELERATION=required, and no acceleration is in force, for the reasons above: ending with 3");
    }

    /// The image's engine, with a double of the library that computes.
    @Test
    void believesTheRealEngineWhereItComputes() {
        Preflight computing = Preflight.of(run, "computing");
        assertThat(computing.acceleration()).isEqualTo("sw");
        assertThat(computing.state()).containsEntry("problem", "").extractingByKey("signature", MAP).isEqualTo(Map.of("verified", true, "pauses", 8));
        assertThat(run.seen("lanes")).as("computed at the same time, not by OpenSSL").containsExactly("8");
        assertThat(computing.ran()).isTrue();
    }

    @Test
    void offRunsWithoutTryingTheEngine() {
        Preflight off = Preflight.of(run, "off");
        assertThat(off.ran()).isTrue();
        assertThat(off.said()).containsExactly("QAT preflight: acceleration=none wanted=off hardware=\"switched off by KUBE_QAT_ACCELERATION\""
                + " software=\"switched off by KUBE_QAT_ACCELERATION\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            wrong   | QAT preflight: KUBE_QAT_ACCELERATION is "requierd"; allowed are required, preferred and off
            unknown | QAT preflight: KUBE_QAT_ACCELERATON is no variable of this image; the only one is KUBE_QAT_ACCELERATION""")
    void aWrongEnvironmentEndsWithTwo(String condition, String line) {
        assertThat(Preflight.of(run, condition)).isEqualTo(new Preflight(2, List.of(line), false, Map.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unreadable | cannot open /dev/vfio/7: EACCES (Permission denied); let the container's user open it, by a rule on the host or containerd's device_ownership_from_security_context
            busy       | cannot open /dev/vfio/7: EBUSY (Device or resource busy); another process has it: end that one, or ask for more VFs
            invisible  | group 7 is not visible in /sys/kernel/iommu_groups (No such file or directory): libqat cannot tell what device it is; in a VM give it an IOMMU""")
    void saysWhyAVfCannotBeUsed(String condition, String reason) {
        Preflight preflight = Preflight.of(run, condition);
        assertThat(preflight.reasons("hardware")).startsWith(reason, LOCKED);
        assertThat(preflight.acceleration()).isNotEqualTo("hw");
        assertThat(preflight.ran()).isTrue();
    }

    @Test
    void saysWhenLockedMemoryDoesNotSufficeForAVf() {
        assertThat(Preflight.of(run, "locked").reasons("hardware"))
                .containsExactly(LOCKED, "libqat said: err: open_vfio_dev: VFIO_GET_API_VERSION ioctl failed");
    }

    @Test
    void keepsWhatTheEngineAndItsLibrarySaid() {
        assertThat(Preflight.of(run, "locked").state().get("engine").toString())
                .contains("Open vfio file /dev/vfio/7 failed!").contains("QAT engine: acceleration=").contains(" hardware=failed ");
    }

    @ParameterizedTest
    @CsvSource({"missing, No such file or directory", "damaged, file too short"})
    void goesOnWithoutAnEngineThatCannotLoad(String condition, String cause) {
        Preflight preflight = Preflight.of(run, condition);
        assertThat(preflight.acceleration()).isEqualTo("none");
        assertThat(preflight.problem()).startsWith("the engine \"qat\" cannot load: ").contains(cause);
        assertThat(preflight.ran()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"hardware, hw", "software, sw"})
    void believesAnEngineWhoseSignaturePausedAndIsRight(String condition, String acceleration) {
        Preflight preflight = Preflight.of(run, condition);
        assertThat(preflight.acceleration()).isEqualTo(acceleration);
        assertThat(preflight.exit()).isZero();
        assertThat(preflight.ran()).as("acceleration is required, and there").isTrue();
        assertThat(preflight.problem()).isEmpty();
    }

    /// Too few for a batch pause, too, and OpenSSL computes them.
    @ParameterizedTest
    @CsvSource({"boaster, hw, 8", "shirker, sw, 7"})
    void doesNotBelieveAnEngineThatComputesWithoutAPause(String condition, String says, int without) {
        Preflight preflight = Preflight.of(run, condition);
        assertThat(preflight.acceleration()).isEqualTo("none");
        assertThat(preflight.problem())
                .isEqualTo("the engine says acceleration=" + says + ", and " + without + " of 8 signatures were made without a pause, so by OpenSSL");
        assertThat(preflight.exit()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            liar    | the engine does not verify its own signature
            crasher | the engine crashed: signal 6 (Aborted)
            hanger  | the engine gave no signature within 20 s""")
    void survivesAnEngineThatDoesHarm(String condition, String problem) {
        Preflight preflight = Preflight.of(run, condition);
        assertThat(preflight.acceleration()).isEqualTo("none");
        assertThat(preflight.problem()).startsWith(problem);
        assertThat(preflight.ran()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "off", "locked", "missing", "boaster", "crasher"})
    void saysTheSameInTheLineAndInTheFile(String condition) {
        Preflight preflight = Preflight.of(run, condition);
        assertThat(preflight.said().getFirst()).startsWith("QAT preflight: acceleration=" + preflight.acceleration() + " wanted=" + preflight.state().get("wanted"));
    }

    /// What the CPU lacks for the software path, as `/proc/cpuinfo` spells it.
    private static List<String> lacking() throws IOException {
        List<String> flags = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("flags"))
                .limit(1)
                .flatMap(line -> Stream.of(line.split("\\s+")))
                .toList();
        return Stream.of("bmi2", "avx512f", "avx512dq", "avx512bw", "avx512ifma", "avx512_vbmi2", "vaes", "vpclmulqdq")
                .filter(flag -> !flags.contains(flag))
                .toList();
    }
}
