package io.kubeqat.nodesetup.plan;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.qat.QatModel;

/// Which cards a profile speaks of.
public sealed interface CardSelector {

    /// One card, by the address of its PF (or of the VF, in a virtual machine).
    record Address(PciAddress address) implements CardSelector {
        @Override
        public String toString() {
            return address.toString();
        }
    }

    /// All cards of one model or one family, by its name in the table of cards.
    record Kind(String name) implements CardSelector {
        @Override
        public String toString() {
            return name;
        }
    }

    default boolean matches(PciAddress address, QatModel model) {
        return switch (this) {
            case Address(PciAddress wanted) -> wanted.equals(address);
            case Kind(String name) -> name.equals(model.name()) || name.equals(model.family());
        };
    }
}
