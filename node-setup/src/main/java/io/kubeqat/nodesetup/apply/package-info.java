/// Writes the steps of a plan and reads back what became of them.
///
/// May import `io.kubeqat.nodesetup.plan` and the typed view of sysfs. The only package here that writes to `/sys`.
package io.kubeqat.nodesetup.apply;
