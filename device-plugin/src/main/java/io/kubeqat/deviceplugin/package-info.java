/// The process: command line, configuration, log, and the loop that holds inventory and kubelet together.
///
/// May import every other package of the module. Only [DevicePluginMain] reads the environment or exits.
package io.kubeqat.deviceplugin;
