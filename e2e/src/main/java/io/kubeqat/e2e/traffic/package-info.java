/// TLS clients that make load and count what came of it. Imports the testbed, which gives them the cluster's network.
package io.kubeqat.e2e.traffic;
