package io.kubeqat.verify.chain;

import static java.util.Objects.requireNonNull;

/// One link of one thing.
///
/// @param subject what the link is of: a card's address, a resource name, a pod
public record Finding(Link link, String subject, LinkState state) {
    public Finding {
        requireNonNull(link, "link is null");
        requireNonNull(subject, "subject is null");
        requireNonNull(state, "state is null");
    }

    static Finding holds(Link link, String subject, String seen) {
        return new Finding(link, subject, new LinkState.Holds(seen));
    }

    static Finding broken(Link link, String subject, Fault fault, String seen) {
        return new Finding(link, subject, new LinkState.Broken(fault, seen));
    }

    static Finding unseen(Link link, String subject, String why) {
        return new Finding(link, subject, new LinkState.Unseen(why));
    }

    static Finding idle(Link link, String subject, String why) {
        return new Finding(link, subject, new LinkState.Idle(why));
    }
}
