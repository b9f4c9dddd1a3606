/// The four things this project does with `/sys`: read, write, list, follow a link.
///
/// Imports the JDK only. Throws, never logs.
package io.kubeqat.sysfs;
