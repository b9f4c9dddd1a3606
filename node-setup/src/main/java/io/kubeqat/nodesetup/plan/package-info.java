/// What should be, what is, and the steps between: values and pure functions.
///
/// May import `io.kubeqat.pci` and `io.kubeqat.qat`. Knows no file, no clock and no environment, so that a plan can be printed and tested without a node.
package io.kubeqat.nodesetup.plan;
