/// What was seen of a cluster at one moment, as plain values. Imports the JDK.
package io.kubeqat.verify.snapshot;
