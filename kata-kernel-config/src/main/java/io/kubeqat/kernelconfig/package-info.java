/// Checks configurations of a guest kernel: that the fragments of this module come through Kconfig, and what a user's own configuration lacks for a VF in a guest. Kconfig itself
/// decides, through the script `build-guest-kernel`; this package compares and explains. It imports the JDK and picocli.
package io.kubeqat.kernelconfig;
