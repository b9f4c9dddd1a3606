package io.kubeqat.simulator;

import io.kubeqat.sysfs.Errno;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// `telemetry/` of one started card: what its engines were busy with (Linux `adf_tl_debugfs.c`). Gone with everything else while the card is down.
///
/// The slices' counts follow the work that the card was given; times and bandwidths, which nothing here would make true, stay 0.
final class Telemetry {
    /// `adf_gen4_tl.h`, ADF_GEN4_TL_MAX_RP_NUM: as many ring pairs are watched at once.
    private static final int WATCHED = 4;
    /// `adf_telemetry.h`, ADF_TL_RP_REGS_DISABLED.
    private static final int NONE = -1;
    /// `adf_telemetry.h`: 1 is on, 2 to 4 is on with minimum, maximum and average over so many samples.
    private static final long MAX_CONTROL = 4;

    private final int ringPairs;
    private final IntFunction<String> serviceOf;
    private final int[] chosen = new int[WATCHED];
    private long control;
    private long samples;
    private long executed;

    /// @param serviceOf what a ring pair is set up for
    Telemetry(int ringPairs, IntFunction<String> serviceOf) {
        this.ringPairs = ringPairs;
        this.serviceOf = serviceOf;
        Arrays.fill(chosen, NONE);
    }

    void addTo(Directory directory) {
        directory.add("control", Attribute.readWrite(0644, () -> control + "\n", this::switchTo));
        directory.add("device_data", Attribute.readOnly(0444, this::deviceData));
        for (int i = 0; i < WATCHED; i++) {
            int index = i;
            directory.add("rp_" + (char) ('A' + i) + "_data", Attribute.readWrite(0644, () -> ringData(index), value -> choose(index, value)));
        }
    }

    void worked(long requests) {
        executed += requests;
    }

    private void switchTo(String value) {
        long wanted = Text.unsigned(value, 10);
        if (wanted > MAX_CONTROL) {
            throw new KernelError(Errno.EINVAL);
        }
        if (control == 0 && wanted > 0) {
            samples = 0;
            executed = 0;
        }
        control = wanted;
    }

    private String deviceData() {
        refuseIfOff();
        samples++;
        return line("sample_cnt", samples)
                + zeros("pci_trans_cnt", "max_rd_lat", "rd_lat_acc_avg", "max_gp_lat", "gp_lat_acc_avg", "bw_in", "bw_out", "at_page_req_lat_avg",
                        "at_trans_lat_avg", "at_max_tlb_used")
                + slices("cpr", 1) + slices("xlt", 1) + slices("dcpr", 3) + slices("pke", 6) + slices("wat", 2) + slices("wcp", 2) + slices("ucs", 4)
                + slices("cph", 4) + slices("ath", 4);
    }

    private String zeros(String... names) {
        return Arrays.stream(names).map(name -> line(name, 0)).collect(Collectors.joining());
    }

    /// Public-key work alone is counted: that is what the requests of a TLS handshake are.
    private String slices(String kind, int count) {
        return IntStream.range(0, count).mapToObj(n -> line("util_" + kind + n, 0)).collect(Collectors.joining())
                + IntStream.range(0, count)
                        .mapToObj(n -> line("exec_" + kind + n, kind.equals("pke") ? executed / count + (n < executed % count ? 1 : 0) : 0))
                        .collect(Collectors.joining());
    }

    private String line(String name, long value) {
        return "%-23s%20d".formatted(name, value)
                + (control > 1 ? LongStream.of(value, value, value).mapToObj("%20d"::formatted).collect(Collectors.joining()) : "") + "\n";
    }

    /// adf_tl_debugfs.c, tl_rp_data_write: a number past the card's, or one that another file watches, is EINVAL.
    private void choose(int index, String value) {
        long ring = Text.unsigned(value, 10);
        if (ring >= ringPairs || Arrays.stream(chosen).anyMatch(other -> other == ring)) {
            throw new KernelError(Errno.EINVAL);
        }
        chosen[index] = (int) ring;
    }

    private String ringData(int index) {
        refuseIfOff();
        if (chosen[index] == NONE) {
            throw new KernelError(Errno.EPERM);
        }
        return "%-23s%20d\n".formatted("rp_num", chosen[index])
                + "%-23s%20s\n".formatted("service_type", serviceOf.apply(chosen[index]))
                + zeros("pci_trans_cnt", "gp_lat_acc_avg", "bw_in", "bw_out", "at_glob_devtlb_hit", "at_glob_devtlb_miss", "tl_at_payld_devtlb_hit",
                        "tl_at_payld_devtlb_miss");
    }

    /// adf_tl_debugfs.c, tl_print_dev_data: "not enabled".
    private void refuseIfOff() {
        if (control == 0) {
            throw new KernelError(Errno.EPERM);
        }
    }
}
