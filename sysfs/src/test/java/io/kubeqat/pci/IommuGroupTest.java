package io.kubeqat.pci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IommuGroupTest {

    @Test
    void namesItsCharacterDevice() {
        assertThat(new IommuGroup(42, false).devicePath()).isEqualTo("/dev/vfio/42");
        assertThat(new IommuGroup(0, true).devicePath()).isEqualTo("/dev/vfio/noiommu-0");
    }
}
