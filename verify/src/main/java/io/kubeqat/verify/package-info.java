/// The command `kube-qat`: options, printing, exit codes. Imports picocli and the three packages below; looking is [io.kubeqat.verify.cluster], deciding
/// [io.kubeqat.verify.chain].
package io.kubeqat.verify;
