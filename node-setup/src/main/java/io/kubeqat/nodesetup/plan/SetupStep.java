package io.kubeqat.nodesetup.plan;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.ServiceSet;

/// One write that brings a node nearer to what it should be. A step is data: [SetupPlanner] decides, the executor does.
public sealed interface SetupStep {

    /// The PF or VF that changes.
    PciAddress address();

    /// Why, in words that fit after "because".
    String reason();

    /// The file to write, below the root of sysfs.
    default String path() {
        return switch (this) {
            case SetState(PciAddress pf, _, _) -> QatPaths.state(pf);
            case SetServices(PciAddress pf, _, _) -> QatPaths.services(pf);
            case RemoveVirtualFunctions(PciAddress pf, _) -> QatPaths.numVfs(pf);
            case CreateVirtualFunctions(PciAddress pf, _, _) -> QatPaths.numVfs(pf);
            case OverrideDriver(PciAddress vf, _, _) -> QatPaths.driverOverride(vf);
            case UnbindDriver(_, String driver, _) -> QatPaths.unbind(driver);
            case BindDriver(_, String driver, _) -> QatPaths.bind(driver);
        };
    }

    /// What to write there.
    default String value() {
        return switch (this) {
            case SetState(_, DeviceState state, _) -> state.text();
            case SetServices(_, ServiceSet services, _) -> services.text();
            case RemoveVirtualFunctions(_, _) -> "0";
            case CreateVirtualFunctions(_, int count, _) -> Integer.toString(count);
            case OverrideDriver(_, String driver, _) -> driver;
            case UnbindDriver(PciAddress vf, _, _) -> vf.toString();
            case BindDriver(PciAddress vf, _, _) -> vf.toString();
        };
    }

    /// Takes a card down, or up again. Down removes all its VFs.
    record SetState(PciAddress address, DeviceState state, String reason) implements SetupStep {}

    /// Stores services for the next time the card comes up. Refused unless it is down.
    record SetServices(PciAddress address, ServiceSet services, String reason) implements SetupStep {}

    /// Removes all VFs of a card: the kernel takes no new count while the old one is not 0.
    record RemoveVirtualFunctions(PciAddress address, String reason) implements SetupStep {}

    /// Makes a card's VFs; also brings the card up (Linux `adf_sriov.c`).
    record CreateVirtualFunctions(PciAddress address, int count, String reason) implements SetupStep {}

    /// Names the only driver that may take a VF; without it no driver would want the VF (`new_id` clashes on Linux 5.11 and newer).
    record OverrideDriver(PciAddress address, String driver, String reason) implements SetupStep {}

    /// Takes a VF away from the driver that holds it.
    record UnbindDriver(PciAddress address, String driver, String reason) implements SetupStep {}

    /// Gives a VF to a driver.
    record BindDriver(PciAddress address, String driver, String reason) implements SetupStep {}
}
