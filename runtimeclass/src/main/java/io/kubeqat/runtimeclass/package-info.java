/// Reads Kata's configuration as Kata does, says what in it keeps a VF from the containers, and tells the QEMU arguments that Kata makes of it. It imports the JDK, picocli and a
/// TOML parser.
package io.kubeqat.runtimeclass;
