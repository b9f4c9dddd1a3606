package io.kubeqat.testbed.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Gives the tests of a class a parameter of type [io.kubeqat.testbed.Cluster].
///
/// Classes that ask for the same cards share one cluster, which is started at the first need and ends with the test run; so each leaves it as it
/// found it. With `-Dtestbed.cluster=NAME` the tests run on the cluster of that name, which someone has started with `testbed up`, and leave it up.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ClusterExtension.class)
public @interface OnTestbed {
    /// {@return the simulator's scenario: a file, relative to the module; empty for a node without cards}
    String cards() default "";
}
