/// The demo: the whole way from a bare node to a TLS answer, with the evidence of each step checked, not just printed.
package io.kubeqat.e2e.demo;
