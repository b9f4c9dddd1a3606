package io.kubeqat.architecture.broken.the_device_plugin_never_writes_to_sys.deviceplugin;

final class WritesToSys {
    void bind(io.kubeqat.sysfs.Sysfs sysfs) {
        sysfs.write("bus/pci/drivers/vfio-pci/bind", "0000:6b:00.1");
    }
}
