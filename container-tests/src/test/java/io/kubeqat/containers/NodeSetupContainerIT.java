package io.kubeqat.containers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// node-setup as the privileged init container of the manifest, on a `/sys` of plain files with one card.
final class NodeSetupContainerIT {
    private static final String CARD = "devices/pci0000:6b/0000:6b:00.0";

    @TempDir(factory = InTarget.class)
    private Path sys;

    @Test
    void endsWithZeroWhereThereIsNoCard() throws IOException, InterruptedException {
        Files.createDirectories(sys.resolve("bus/pci/devices"));
        Run run = run(AccessMode.rw);
        assertThat(run.exitCode()).as(run.log()).isZero();
        assertThat(run.log()).contains("finished ready=0 left-alone=0 failed=0");
    }

    @Test
    void endsWithTwoForAnOptionThatThereIsNot() throws IOException, InterruptedException {
        Run run = run(AccessMode.rw, "--servces", "sym");
        assertThat(run.exitCode()).as(run.log()).isEqualTo(2);
        assertThat(run.log()).contains("--servces").contains("--services");
    }

    @Test
    void endsWithThreeWhereSysIsReadOnly() throws IOException, InterruptedException {
        layOutACard();
        Run run = run(AccessMode.ro);
        assertThat(run.exitCode()).as(run.log()).isEqualTo(3);
        assertThat(run.log()).contains("is not writable; mount /sys read-write into a privileged container that runs as root");
    }

    /// Files do not make VFs.
    @Test
    void endsWithFourWhereTheCardDoesNotObey() throws IOException, InterruptedException {
        layOutACard();
        Run run = run(AccessMode.rw, "--timeout", "1");
        assertThat(run.exitCode()).as(run.log()).isEqualTo(4);
        assertThat(run.log()).contains("failed-cards=0000:6b:00.0");
        assertThat(sys.resolve(CARD).resolve("sriov_numvfs")).content().startsWith("16");
    }

    private Run run(AccessMode mode, String... arguments) throws IOException, InterruptedException {
        return Run.of(Docker.CLIENT.createContainerCmd(Docker.image("node-setup")).withUser("0:0").withCmd(arguments)
                .withHostConfig(Manifest.of("node-setup/deploy/init-container.yaml", "node-setup").host().withBinds(new Bind(sys.toString(), new Volume("/sys"), mode))));
    }

    private void layOutACard() throws IOException {
        write("vendor", "0x8086");
        write("device", "0x4940");
        write("numa_node", "0");
        write("sriov_totalvfs", "16");
        write("sriov_numvfs", "0");
        write("qat/state", "up");
        write("qat/cfg_services", "sym;asym");
        Files.createDirectories(sys.resolve("bus/pci/devices"));
        Files.createSymbolicLink(sys.resolve("bus/pci/devices/0000:6b:00.0"), Path.of("../../../" + CARD));
        Files.createDirectories(sys.resolve("bus/pci/drivers/vfio-pci"));
        Files.createDirectories(sys.resolve("bus/pci/drivers/4xxx"));
        Files.createSymbolicLink(sys.resolve(CARD).resolve("driver"), Path.of("../../../bus/pci/drivers/4xxx"));
        Files.createDirectories(sys.resolve("kernel/iommu_groups/7"));
    }

    private void write(String file, String value) throws IOException {
        Path path = sys.resolve(CARD).resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, value + "\n");
    }
}
