package io.kubeqat.qat;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A card: one PF with its VFs, as it was when the node was read.
///
/// @param address its BDF
/// @param model the kind of card
/// @param driver the driver that holds it; absent where none does
/// @param state whether it runs; absent where the driver makes no `qat/` directory, as on gen2
/// @param services what it is set up for, also while down; absent where `state` is
/// @param totalVfs how many VFs the card can have; 0 where it offers none
/// @param numVfs how many VFs the kernel says it has
/// @param numaNode the memory it is near to; absent where the kernel does not know (-1)
/// @param vfs the VFs that could be read, in the order of `virtfnN`
public record PhysicalFunction(
        PciAddress address,
        QatModel model,
        Optional<String> driver,
        Optional<DeviceState> state,
        Optional<ServiceSet> services,
        int totalVfs,
        int numVfs,
        OptionalInt numaNode,
        List<VirtualFunction> vfs) {

    /// Copies the list.
    public PhysicalFunction {
        requireNonNull(address, "address is null");
        requireNonNull(model, "model is null");
        requireNonNull(driver, "driver is null");
        requireNonNull(state, "state is null");
        requireNonNull(services, "services is null");
        requireNonNull(numaNode, "numaNode is null");
        vfs = List.copyOf(vfs);
    }

    /// {@return the last part of the resource name of its VFs, such as `cy`} Unlike Intel's plugin this does not turn to `generic` while the card is down.
    public String resourceName() {
        return services.map(ServiceSet::resourceName).orElse(ServiceSet.GENERIC);
    }

    PhysicalFunction with(List<VirtualFunction> others) {
        return new PhysicalFunction(address, model, driver, state, services, totalVfs, numVfs, numaNode, others);
    }
}
