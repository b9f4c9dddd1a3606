package io.kubeqat.verify.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SampleTest {
    @Test
    void readsNamesLabelsAndValues() {
        assertThat(Sample.parse("""
                # HELP kube_qat_vfs Virtual functions
                # TYPE kube_qat_vfs gauge
                kube_qat_vfs{pf="0000:6b:00.0",health="unhealthy",reason="said \\"no\\", a \\\\ and\\na } {"} 16
                up 1
                expires{domain="a"} 1.827048263e+09 1700000000000
                ratio NaN
                limit +Inf
                """)).containsExactly(
                new Sample("kube_qat_vfs", Map.of("pf", "0000:6b:00.0", "health", "unhealthy", "reason", "said \"no\", a \\ and\na } {"), 16),
                new Sample("up", Map.of(), 1),
                new Sample("expires", Map.of("domain", "a"), 1_827_048_263),
                new Sample("ratio", Map.of(), Double.NaN),
                new Sample("limit", Map.of(), Double.POSITIVE_INFINITY));
    }

    @Test
    void leavesOutWhatIsNone() {
        assertThat(Sample.parse("the agent's loop does not answer\n\n{} 1\n9 9\n")).isEqualTo(List.of());
    }

    @Test
    void aMissingLabelIsEmpty() {
        assertThat(new Sample("up", Map.of(), 1).label("pf")).isEmpty();
    }
}
