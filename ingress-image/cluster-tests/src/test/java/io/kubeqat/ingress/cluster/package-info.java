/// What the ingress image does on a real cluster. A module of its own, because the testbed, which brings the cluster, is built after the image: it
/// shows it in the demo.
package io.kubeqat.ingress.cluster;
