package io.kubeqat.verify.chain;

import java.util.Locale;

/// What has to hold between a card and a handshake, in the order in which one thing rests on another. The first broken one is the one to mend.
public enum Link {
    /// kube-qat is installed.
    INSTALLATION,
    /// The node's agent runs: everything about its cards is seen through it.
    AGENT,
    /// The card is there and works.
    CARD,
    /// Its VFs exist.
    VFS,
    /// They are bound to `vfio-pci` and a pod could have them.
    DRIVER,
    /// The kubelet offers them under a resource name.
    RESOURCE,
    /// A pod that asks for them has them, and runs.
    POD,
    /// The controller's configuration lets HAProxy use the engine.
    CONFIGURATION,
    /// What the engine found when it made a signature.
    ENGINE,
    /// What the handshake shows is the Secret's certificate.
    CERTIFICATE,
    /// The card has worked.
    COUNTERS;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
