package io.kubeqat.simulator;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The kinds of card, as the kernel's own drivers know them (Linux `drivers/crypto/intel/qat`; VFIO's denylist: `drivers/vfio/pci/vfio_pci.c`).
enum CardModel {
    DH895XCC(0x0435, 0x0443, "dh895xcc", Family.GEN2, 32, 12),
    C62X(0x37c8, 0x37c9, "c6xx", Family.GEN2, 16, 10),
    C3XXX(0x19e2, 0x19e3, "c3xxx", Family.GEN2, 16, 6),
    QAT_4XXX(0x4940, 0x4941, "4xxx", Family.GEN4, 16, 8),
    QAT_401XX(0x4942, 0x4943, "4xxx", Family.GEN4, 16, 8),
    QAT_402XX(0x4944, 0x4945, "4xxx", Family.GEN4, 16, 8),
    QAT_420XX(0x4946, 0x4947, "420xx", Family.GEN4, 16, 16),
    QAT_6XXX(0x4948, 0x4949, "6xxx", Family.GEN6, 16, 8);

    /// What sets the generations apart.
    enum Family {
        /// No `qat/` directory; VF drivers in the tree; refused by vfio-pci.
        GEN2(8, 500, 1),
        GEN4(1, 200, 2),
        GEN6(1, 200, 3);

        private final int vfOffset;
        private final int heartbeatMillis;
        private final int maxServices;

        Family(int vfOffset, int heartbeatMillis, int maxServices) {
            this.vfOffset = vfOffset;
            this.heartbeatMillis = heartbeatMillis;
            this.maxServices = maxServices;
        }
    }

    private final int pfId;
    private final int vfId;
    private final String driver;
    private final Family family;
    private final int totalVfs;
    private final int engines;

    CardModel(int pfId, int vfId, String driver, Family family, int totalVfs, int engines) {
        this.pfId = pfId;
        this.vfId = vfId;
        this.driver = driver;
        this.family = family;
        this.totalVfs = totalVfs;
        this.engines = engines;
    }

    static Optional<CardModel> ofPf(int pfId) {
        return Arrays.stream(values()).filter(model -> model.pfId == pfId).findFirst();
    }

    static Set<String> drivers() {
        return Arrays.stream(values()).map(CardModel::driver).collect(Collectors.toSet());
    }

    int pfId() {
        return pfId;
    }

    int vfId() {
        return vfId;
    }

    /// The directory in `/sys/bus/pci/drivers`, which is also the `<dev>` of debugfs `qat_<dev>_<BDF>`.
    String driver() {
        return driver;
    }

    String vfDriver() {
        return driver + "vf";
    }

    Family family() {
        return family;
    }

    /// Engines shown in `fw_counters`, the administrative one left out.
    int engines() {
        return engines;
    }

    int totalVfs() {
        return totalVfs;
    }

    int vfOffset() {
        return family.vfOffset;
    }

    boolean hasQatDirectory() {
        return family != Family.GEN2;
    }

    boolean denylisted() {
        return family == Family.GEN2;
    }

    int heartbeatMillis() {
        return family.heartbeatMillis;
    }

    /// On Gen4 a timer in the driver beats every 200 ms, whatever is configured (`adf_heartbeat_dbgfs.c`, `adf_hb_cfg_write`).
    boolean heartbeatIsFixed() {
        return family != Family.GEN2;
    }

    int maxServices() {
        return family.maxServices;
    }
}
