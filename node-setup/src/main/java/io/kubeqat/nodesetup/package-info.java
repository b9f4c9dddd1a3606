/// The init container that brings a node's QAT cards to the wanted state: reads, plans, applies, reads back.
///
/// May import everything of this module and the typed view of sysfs. Only [NodeSetupMain] reads the environment and exits.
package io.kubeqat.nodesetup;
