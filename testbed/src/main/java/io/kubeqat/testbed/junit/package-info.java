/// One cluster for a whole test run, handed to the tests that ask for it. Imports JUnit and the package above.
package io.kubeqat.testbed.junit;
