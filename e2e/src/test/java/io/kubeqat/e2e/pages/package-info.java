/// The pages of `examples/`, whose commands are run and whose output is compared.
package io.kubeqat.e2e.pages;
