package io.kubeqat.nodesetup.plan;

import static java.util.Objects.requireNonNull;

import io.kubeqat.qat.ServiceSet;
import java.util.Optional;

/// What a card should be like.
///
/// @param services what it should be set up for; absent to leave that as it is
/// @param vfs how many VFs to hand out
/// @param driver the driver that should hold those VFs
public record DesiredCard(Optional<ServiceSet> services, VfCount vfs, String driver) {

    /// Checks the parts.
    public DesiredCard {
        requireNonNull(services, "services is null");
        requireNonNull(vfs, "vfs is null");
        requireNonNull(driver, "driver is null");
    }
}
