/// Decides from a snapshot which links between card and handshake hold: pure functions. Imports [io.kubeqat.verify.snapshot].
package io.kubeqat.verify.chain;
