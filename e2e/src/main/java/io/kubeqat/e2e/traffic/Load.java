package io.kubeqat.e2e.traffic;

import java.nio.file.Path;
import java.util.List;

/// What a client is to do.
///
/// @param address IPv4 address of the server as the node sees it; the port is 443
/// @param host the name to ask for, and to find in the certificate
/// @param authority the certificate to trust, in PEM
/// @param groups the groups of the key exchange, in turn, each alone in its handshake
/// @param count handshakes in all; 0: until it is ended
/// @param clients connections at the same time
/// @param pause milliseconds that each client rests between connections
/// @param request whether a GET, which must be answered with 200, follows each handshake
public record Load(String address, String host, Path authority, List<String> groups, int count, int clients, int pause, boolean request) {
    public static final List<String> GROUPS = List.of("X25519MLKEM768", "X25519", "P-256", "P-384");

    public Load {
        groups = List.copyOf(groups);
    }

    /// With a request after each handshake, in all groups, until it is ended.
    public static Load endless(String address, String host, Path authority) {
        return new Load(address, host, authority, GROUPS, 0, 4, 0, true);
    }

    public Load handshakes(int number) {
        return new Load(address, host, authority, groups, number, clients, pause, request);
    }

    public Load in(List<String> otherGroups) {
        return new Load(address, host, authority, otherGroups, count, clients, pause, request);
    }

    public Load by(int otherClients) {
        return new Load(address, host, authority, groups, count, otherClients, pause, request);
    }

    /// So that the load leaves time for what happens beside it.
    public Load resting(int milliseconds) {
        return new Load(address, host, authority, groups, count, clients, milliseconds, request);
    }

    public Load withoutRequest() {
        return new Load(address, host, authority, groups, count, clients, pause, false);
    }
}
