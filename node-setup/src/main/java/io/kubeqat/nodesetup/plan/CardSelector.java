package io.kubeqat.nodesetup.plan;

import io.kubeqat.pci.PciAddress;
import io.kubeqat.pci.PciId;
import io.kubeqat.qat.QatModel;
import java.util.OptionalInt;

/// Which cards a profile speaks of.
public sealed interface CardSelector {

    /// One card, by the address of its PF (or of the VF, in a virtual machine).
    ///
    /// @param address the address
    record Address(PciAddress address) implements CardSelector {
        @Override
        public String toString() {
            return address.toString();
        }
    }

    /// All cards of one model or one family, by its name in the table of cards.
    ///
    /// @param name such as `402xx` or `gen4`
    record Kind(String name) implements CardSelector {
        @Override
        public String toString() {
            return name;
        }
    }

    /// All cards with this device id on their PF.
    ///
    /// @param id vendor and device
    record PfId(PciId id) implements CardSelector {
        @Override
        public String toString() {
            return id.toString();
        }
    }

    /// All cards near one NUMA node; none of a card whose firmware does not say where it is.
    ///
    /// @param number the kernel's number of it, from 0
    record NumaNode(int number) implements CardSelector {
        @Override
        public String toString() {
            return "numa" + number;
        }
    }

    /// Whether it speaks of a card.
    ///
    /// @param address the card's address
    /// @param model its kind
    /// @param numaNode the memory it is near to; absent where the firmware does not say
    /// @return whether it does
    default boolean matches(PciAddress address, QatModel model, OptionalInt numaNode) {
        return switch (this) {
            case PfId(PciId id) -> id.equals(model.pfId());
            case NumaNode(int number) -> numaNode.equals(OptionalInt.of(number));
            case Address(PciAddress wanted) -> wanted.equals(address);
            case Kind(String name) -> name.equals(model.name()) || name.equals(model.family());
        };
    }
}
