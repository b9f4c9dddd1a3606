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
    String path();

    /// What to write there.
    String value();

    /// Whether it takes this VF, one of the same card's, from whoever uses it.
    default boolean takesAway(PciAddress vf) {
        return false;
    }

    /// Takes a card down, or up again. Down removes all its VFs.
    record SetState(PciAddress address, DeviceState state, String reason) implements SetupStep {
        @Override
        public String path() {
            return QatPaths.state(address);
        }

        @Override
        public String value() {
            return state.text();
        }

        @Override
        public boolean takesAway(PciAddress vf) {
            return state == DeviceState.DOWN;
        }
    }

    /// Stores services for the next time the card comes up. Refused unless it is down.
    record SetServices(PciAddress address, ServiceSet services, String reason) implements SetupStep {
        @Override
        public String path() {
            return QatPaths.services(address);
        }

        @Override
        public String value() {
            return services.text();
        }
    }

    /// Removes all VFs of a card: the kernel takes no new count while the old one is not 0.
    record RemoveVirtualFunctions(PciAddress address, String reason) implements SetupStep {
        @Override
        public String path() {
            return QatPaths.numVfs(address);
        }

        @Override
        public String value() {
            return "0";
        }

        @Override
        public boolean takesAway(PciAddress vf) {
            return true;
        }
    }

    /// Makes a card's VFs; also brings the card up (Linux `adf_sriov.c`).
    record CreateVirtualFunctions(PciAddress address, int count, String reason) implements SetupStep {
        @Override
        public String path() {
            return QatPaths.numVfs(address);
        }

        @Override
        public String value() {
            return Integer.toString(count);
        }
    }

    /// Names the only driver that may take a VF; without it no driver would want the VF (`new_id` clashes on Linux 5.11 and newer).
    record OverrideDriver(PciAddress address, String driver, String reason) implements SetupStep {
        @Override
        public String path() {
            return QatPaths.driverOverride(address);
        }

        @Override
        public String value() {
            return driver;
        }
    }

    /// Takes a VF away from the driver that holds it.
    record UnbindDriver(PciAddress address, String driver, String reason) implements SetupStep {
        @Override
        public String path() {
            return QatPaths.unbind(driver);
        }

        @Override
        public String value() {
            return address.toString();
        }

        @Override
        public boolean takesAway(PciAddress vf) {
            return address.equals(vf);
        }
    }

    /// Gives a VF to a driver.
    record BindDriver(PciAddress address, String driver, String reason) implements SetupStep {
        @Override
        public String path() {
            return QatPaths.bind(driver);
        }

        @Override
        public String value() {
            return address.toString();
        }
    }
}
