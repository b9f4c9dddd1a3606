package io.kubeqat.nodesetup.plan;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.DeviceState;
import io.kubeqat.qat.QatPaths;
import io.kubeqat.qat.ServiceSet;

/// One write that brings a node nearer to what it should be. A step is data: [SetupPlanner] decides, the executor does.
public sealed interface SetupStep {

    /// {@return the PF or VF that changes}
    PciAddress address();

    /// {@return why, in words that fit after "because"}
    String reason();

    /// {@return the file to write, below the root of sysfs}
    String path();

    /// {@return what to write there, without a line's end}
    String value();

    /// Whether it takes this VF, one of the same card's, from whoever uses it.
    ///
    /// @param vf the VF's address
    /// @return whether a program that has it open would lose it, or be waited for
    default boolean takesAway(PciAddress vf) {
        return false;
    }

    /// Takes a card down, or up again. Down removes all its VFs.
    ///
    /// @param address the card's PF
    /// @param state where to
    /// @param reason why, in words that fit after "because"
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
    ///
    /// @param address the card's PF
    /// @param services what it is to be set up for
    /// @param reason why, in words that fit after "because"
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
    ///
    /// @param address the card's PF
    /// @param reason why, in words that fit after "because"
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
    ///
    /// @param address the card's PF
    /// @param count how many; QAT's driver makes all whatever it is told
    /// @param reason why, in words that fit after "because"
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
    ///
    /// @param address the VF
    /// @param driver the only driver, such as `vfio-pci`
    /// @param reason why, in words that fit after "because"
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
    ///
    /// @param address the VF
    /// @param driver the driver that holds it
    /// @param reason why, in words that fit after "because"
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
    ///
    /// @param address the VF
    /// @param driver the driver that shall hold it
    /// @param reason why, in words that fit after "because"
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
