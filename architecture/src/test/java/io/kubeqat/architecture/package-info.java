/// The rules of CONTRIBUTING.md about who may know whom, on the compiled classes; and, in `broken`, a class that breaks each of them.
package io.kubeqat.architecture;
