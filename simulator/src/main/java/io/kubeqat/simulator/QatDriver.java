package io.kubeqat.simulator;

import io.kubeqat.pci.PciAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The PF driver of one or more card models (`4xxx` has three).
final class QatDriver implements PciDriver {
    private final String name;
    private final Function<PciDevice, QatCard> newCard;
    private final Map<PciAddress, QatCard> cards = new HashMap<>();

    /// @param newCard makes the driver's state for a PF it takes over; all of it is lost when the driver lets go
    QatDriver(String name, Function<PciDevice, QatCard> newCard) {
        this.name = name;
        this.newCard = newCard;
    }

    Optional<QatCard> card(PciAddress bdf) {
        return Optional.ofNullable(cards.get(bdf));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean knows(PciDevice device) {
        return Arrays.stream(CardModel.values()).anyMatch(model -> model.driver().equals(name) && model.pfId() == device.device());
    }

    @Override
    public void probe(PciDevice device) {
        QatCard card = newCard.apply(device);
        cards.put(device.bdf(), card);
        card.probed();
    }

    @Override
    public void remove(PciDevice device) {
        cards.remove(device.bdf()).removed();
    }
}
