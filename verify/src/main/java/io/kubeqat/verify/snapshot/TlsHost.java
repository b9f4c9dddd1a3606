package io.kubeqat.verify.snapshot;

import java.util.Optional;

/// A host that an Ingress wants served over TLS.
///
/// @param ingress as `namespace/name`
/// @param secret in the Ingress' namespace; absent where the controller's default certificate is to do
public record TlsHost(String ingress, String host, Optional<String> secret) {}
