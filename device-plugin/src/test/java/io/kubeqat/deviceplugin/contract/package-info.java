/// What both the tests' kubelet and a real one have to show of the device plugin. Knows neither of them.
package io.kubeqat.deviceplugin.contract;
