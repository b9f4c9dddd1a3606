package io.kubeqat.simulator;

import io.kubeqat.sysfs.Errno;
import java.time.InstantSource;

/// `heartbeat/` of one started card (Linux `adf_heartbeat.c`, `adf_heartbeat_dbgfs.c`). Its counters live from one start of the card to the next.
final class Heartbeat {
    /// `adf_cfg_strings.h`, ADF_CFG_HB_TIMER_MIN_MS.
    private static final int MIN_PERIOD_MILLIS = 200;

    private final InstantSource clock;
    private final CardModel model;
    private final Health health;
    private long period;
    private long lastCheck = Long.MIN_VALUE;
    private long sent;
    private long failed;

    /// Whether the firmware answers; outlives a restart of the card, because only a test can revive what a test has killed.
    static final class Health {
        private boolean alive = true;

        void alive(boolean alive) {
            this.alive = alive;
        }
    }

    Heartbeat(InstantSource clock, CardModel model, Health health) {
        this.clock = clock;
        this.model = model;
        this.health = health;
        this.period = model.heartbeatMillis();
    }

    void addTo(Directory directory) {
        directory.add("status", Attribute.acting(0400, "0\n\0".length(), this::status));
        directory.add("queries_sent", Attribute.readOnly(0400, () -> text(sent)));
        directory.add("queries_failed", Attribute.readOnly(0400, () -> text(failed)));
        directory.add("config", Attribute.readWrite(0600, () -> text(period), this::configure));
    }

    /// The driver never looks by itself: reading is the check. Too early a read gives -1 as well, but counts nowhere (adf_hb_check_polling_freq).
    private String status() {
        long now = clock.millis();
        if (lastCheck != Long.MIN_VALUE && now - lastCheck < period) {
            return text(-1);
        }
        lastCheck = now;
        sent++;
        if (!health.alive) {
            failed++;
            return text(-1);
        }
        return text(0);
    }


    /// Each of these files ends with a NUL byte: the driver copies `len + 1` bytes (adf_hb_status_read, adf_hb_stats_read, adf_hb_cfg_read).
    private static String text(long value) {
        return value + "\n\0";
    }

    private void configure(String value) {
        long millis = Text.unsigned(value, 10);
        if (millis < MIN_PERIOD_MILLIS) {
            throw new KernelError(Errno.EINVAL);
        }
        period = model.heartbeatIsFixed() ? MIN_PERIOD_MILLIS : millis;
    }
}
