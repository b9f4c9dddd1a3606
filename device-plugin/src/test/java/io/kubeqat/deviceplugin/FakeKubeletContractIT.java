package io.kubeqat.deviceplugin;

import io.kubeqat.deviceplugin.contract.KubeletContract;
import io.kubeqat.deviceplugin.contract.PluginNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The contract on the tests' kubelet; `RealKubeletContractIT` of e2e has it on the testbed's.
@ExtendWith(LeavesNoTrace.class)
class FakeKubeletContractIT extends KubeletContract {
    @TempDir
    Path directory;

    @Override
    protected PluginNode node() throws IOException {
        return new FakeNode(directory);
    }
}
