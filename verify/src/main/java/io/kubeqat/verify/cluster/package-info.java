/// Looks at a cluster through its API server and changes nothing there; the only package here that knows Kubernetes' client. Imports it and
/// [io.kubeqat.verify.snapshot].
package io.kubeqat.verify.cluster;
