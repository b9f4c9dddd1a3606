/// A real single-node Kubernetes cluster to throw away: built from packages and sources, run in namespaces of its own, with simulated cards if asked.
///
/// [Cluster] is the way in for programs and tests, [TestbedMain] for people. Java decides and watches; what happens inside the node's namespaces is in
/// the shell scripts beside this package (`keeper`, `node-enter`, `node-init`). May import everything; nothing that ships may import it.
package io.kubeqat.testbed;
