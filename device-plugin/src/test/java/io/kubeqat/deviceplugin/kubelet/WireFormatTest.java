package io.kubeqat.deviceplugin.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubeqat.deviceplugin.inventory.Device;
import io.kubeqat.deviceplugin.inventory.Health;
import io.kubeqat.deviceplugin.inventory.ResourceName;
import io.kubeqat.pci.IommuGroup;
import io.kubeqat.pci.PciAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WireFormatTest {
    /// What gRPC takes at most where nobody asks for more, and the kubelet does not (1.36 `plugin/v1beta1/client.go`).
    private static final int LONGEST_MESSAGE = 4 << 20;
    /// `sun_path` of `unix(7)`, less the NUL at its end.
    private static final int LONGEST_SOCKET = 107;

    @Test
    void listOfTheBiggestNodeFitsIntoOneMessage() {
        var devices = IntStream.range(0, 8192)
                .mapToObj(i -> new Device(new PciAddress(0xffff, i / 256, i / 8 % 32, i % 8), Optional.empty(), Optional.of(new IommuGroup(i, false)), OptionalInt.of(7), Health.HEALTHY))
                .toList();

        assertThat(WireFormat.list(devices).getSerializedSize()).isLessThan(LONGEST_MESSAGE);
    }

    @Test
    void socketOfTheLongestNameFitsIntoItsAddress() {
        KubeletDirectory directory = new KubeletDirectory(Path.of("/var/lib/kubelet/device-plugins"));

        assertThat(directory.newSocket(new ResourceName("qat.intel.com", "a".repeat(63))).toString().length()).isLessThanOrEqualTo(LONGEST_SOCKET - 5);
    }
}
