/// The application behind the examples' Ingress. Imports the JDK only.
package io.kubeqat.examples.echo;
