package io.kubeqat.deviceplugin.inventory;

import java.util.regex.Pattern;

/// What pods ask for, `qat.intel.com/cy`.
///
/// The kubelet refuses names that are no extended resource names (Kubernetes `pkg/apis/core/v1/helper/helpers.go`, `IsExtendedResourceName`), so they are
/// refused here first.
///
/// @param prefix what stands before the `/`
/// @param name what stands after it
public record ResourceName(String prefix, String name) implements Comparable<ResourceName> {
    private static final Pattern PREFIX = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
    /// 253 for a DNS subdomain, less the `requests.` that quotas put in front.
    private static final int LONGEST_PREFIX = 253 - "requests.".length();
    private static final int LONGEST_NAME = 63;

    /// Checks both parts.
    ///
    /// @throws IllegalArgumentException for a name that the kubelet would refuse
    public ResourceName {
        if (!isPrefix(prefix)) {
            throw new IllegalArgumentException("\"" + prefix + "\" cannot stand before the / of a resource name; expected a DNS subdomain like qat.intel.com "
                    + "that neither ends in kubernetes.io nor starts with requests.");
        }
        if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name + "\" cannot stand after the / of a resource name; expected at most " + LONGEST_NAME
                    + " letters, digits, '-', '_' or '.'");
        }
    }

    /// Whether this may stand before the `/`.
    ///
    /// @param text a DNS subdomain, or not
    /// @return false where the kubelet would refuse every name with it
    public static boolean isPrefix(String text) {
        return text.length() <= LONGEST_PREFIX
                && PREFIX.matcher(text).matches()
                && !text.endsWith("kubernetes.io")
                && !text.startsWith("requests.");
    }

    /// By hand, as [#hashCode]: see [io.kubeqat.pci.PciId#equals].
    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceName resource && prefix.equals(resource.prefix) && name.equals(resource.name);
    }

    @Override
    public int hashCode() {
        return 31 * prefix.hashCode() + name.hashCode();
    }

    @Override
    public int compareTo(ResourceName other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return prefix + "/" + name;
    }
}
