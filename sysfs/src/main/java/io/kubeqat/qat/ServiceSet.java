package io.kubeqat.qat;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/// What a card is set up for: the content of `qat/cfg_services`, as a set.
///
/// Newer kernels read back in a fixed order whatever was written, so `sym;asym` may come back as `asym;sym`. Whoever compares text sees a difference
/// that is none, takes the card down for it, and with the card all its VFs.
///
/// @param services at least one, in the kernel's order
public record ServiceSet(Set<Service> services) {
    /// What Intel's device plugin calls a VF of a card that has no services to choose from.
    public static final String GENERIC = "generic";

    /// Copies the set.
    ///
    /// @throws IllegalArgumentException if it is empty
    public ServiceSet {
        if (services.isEmpty()) {
            throw new IllegalArgumentException("a set of services has at least one of " + Service.texts());
        }
        services = Collections.unmodifiableSet(EnumSet.copyOf(services));
    }

    /// A set of these services.
    ///
    /// @param first one of them
    /// @param more the others, in any order
    /// @return the set
    public static ServiceSet of(Service first, Service... more) {
        return new ServiceSet(EnumSet.of(first, more));
    }

    /// Reads the kernel's spelling, services in any order with `;` between them.
    ///
    /// @param text as in `qat/cfg_services`, without the line's end
    /// @return the set
    /// @throws IllegalArgumentException for a text with an unknown, empty or repeated service; it quotes the text and says which
    public static ServiceSet parse(String text) {
        Set<Service> services = EnumSet.noneOf(Service.class);
        for (String part : text.split(";", -1)) {
            Service service = Service.ofText(part)
                    .orElseThrow(() -> refusal(text, part.isEmpty() ? "a service is missing" : "\"" + part + "\" is no service"));
            if (!services.add(service)) {
                throw refusal(text, "\"" + part + "\" is named twice");
            }
        }
        return new ServiceSet(services);
    }

    private static IllegalArgumentException refusal(String text, String why) {
        return new IllegalArgumentException("\"" + text + "\" is not a set of services: " + why + "; expected one or more of "
                + String.join(", ", Service.texts()) + " with \";\" between them");
    }

    /// {@return the kernel's spelling in its newer, fixed order: `asym;sym;dc;decomp;dcc`}
    public String text() {
        return joined(";");
    }

    /// The last part of the resource name, as Intel's device plugin builds it: `cy` for symmetric and asymmetric cryptography together, else the
    /// services with `-` between them, here always in the fixed order so that the name survives a kernel upgrade.
    ///
    /// @return such as `cy` or `asym-dc`
    public String resourceName() {
        return services.equals(EnumSet.of(Service.SYM, Service.ASYM)) ? "cy" : joined("-");
    }

    /// Whether a service is among them.
    ///
    /// @param service the one in question
    /// @return whether it is
    public boolean contains(Service service) {
        return services.contains(service);
    }

    /// {@return how many there are, at least 1}
    public int size() {
        return services.size();
    }

    /// By hand, as [#hashCode]: see [io.kubeqat.pci.PciId#equals].
    @Override
    public boolean equals(Object other) {
        return other instanceof ServiceSet set && services.equals(set.services);
    }

    @Override
    public int hashCode() {
        return services.hashCode();
    }

    @Override
    public String toString() {
        return text();
    }

    private String joined(String separator) {
        return services.stream().map(Service::text).collect(Collectors.joining(separator));
    }
}
