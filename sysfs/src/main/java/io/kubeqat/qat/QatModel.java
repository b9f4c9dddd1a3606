package io.kubeqat.qat;

import static java.util.Objects.requireNonNull;

import io.kubeqat.pci.PciId;

/// What is known beforehand about one kind of card; one row of [QatModels].
///
/// @param name what the card is called, unique in the table: `402xx`
/// @param family the generation: `gen2`, `gen4`, `gen6`; anything for a device that only stands in for a card
/// @param pfId the PF's vendor and device
/// @param vfId the VFs' vendor and device
/// @param pfDriver the PF's driver, as the directory below `/sys/bus/pci/drivers` is called; 4940, 4942 and 4944 share `4xxx`
/// @param vfDriver the driver that may take the VFs first; upstream has one for gen2 only
/// @param qatDirectory whether the driver makes a directory `qat/`, and with it services and a state
/// @param vfioDenylisted whether `vfio-pci` refuses the VFs unless loaded with `disable_denylist=1` (Linux `drivers/vfio/pci/vfio_pci.c`)
/// @param maxServices how many services fit on one card; 0 where there is no choice
public record QatModel(
        String name,
        String family,
        PciId pfId,
        PciId vfId,
        String pfDriver,
        String vfDriver,
        boolean qatDirectory,
        boolean vfioDenylisted,
        int maxServices) {

    /// Checks the parts.
    ///
    /// @throws IllegalArgumentException if there are services without a directory `qat/`, or the other way round
    public QatModel {
        requireNonNull(name, "name is null");
        requireNonNull(family, "family is null");
        requireNonNull(pfId, "pfId is null");
        requireNonNull(vfId, "vfId is null");
        requireNonNull(pfDriver, "pfDriver is null");
        requireNonNull(vfDriver, "vfDriver is null");
        if (maxServices < 0 || (maxServices > 0) != qatDirectory) {
            throw new IllegalArgumentException(name + ": services need a qat directory and the other way round, but max-services is " + maxServices
                    + " and qat-directory is " + qatDirectory);
        }
    }
}
