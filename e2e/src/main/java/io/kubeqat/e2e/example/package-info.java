/// `examples/tls-termination`, applied to a testbed's cluster, and the ways to look at it. Imports the testbed.
package io.kubeqat.e2e.example;
