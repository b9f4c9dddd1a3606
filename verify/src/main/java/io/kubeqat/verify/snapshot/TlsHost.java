package io.kubeqat.verify.snapshot;

/// A host that an Ingress wants served with the certificate of a Secret.
///
/// @param ingress as `namespace/name`
/// @param secret its name, in the Ingress' namespace
public record TlsHost(String ingress, String host, String secret) {}
