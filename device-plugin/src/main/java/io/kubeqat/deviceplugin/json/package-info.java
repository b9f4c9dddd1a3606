/// Writing JSON without a library: each would stay in memory on every node. Imports the JDK only.
package io.kubeqat.deviceplugin.json;
